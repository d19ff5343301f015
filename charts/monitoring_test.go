package charts

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

// A PodMonitor that selects nobody, or a port that nobody has, is silent: Prometheus has no target and no complaint.
func TestMonitorsFindTheirPods(t *testing.T) {
	everybody := pods(t, "", nil)
	// The operator makes these of its Cluster; it names the ports.
	everybody["postgresql-cluster"] = corev1.PodTemplateSpec{}
	instance := everybody["postgresql-cluster"]
	instance.Labels = map[string]string{"cnpg.io/cluster": "postgresql-cluster", "cnpg.io/podRole": "instance"}
	instance.Spec.Containers = []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "metrics", ContainerPort: 9187}}}}
	everybody["postgresql-cluster"] = instance

	want := map[string][]string{"spark-driver": {"spark-35-connect", "spark-41-connect"}, "postgresql": {"postgresql-cluster"}, "airflow": {"airflow-metrics"}}
	for _, object := range objects(t, "monitoring", set(set(nil, "targets.cloudnativepg", true), "targets.airflow", true)) {
		if object.GetKind() != "PodMonitor" {
			continue
		}
		selector, _, _ := unstructured.NestedStringMap(object.Object, "spec", "selector", "matchLabels")
		endpoints, _, _ := unstructured.NestedSlice(object.Object, "spec", "podMetricsEndpoints")
		var found []string
		for name, pod := range everybody {
			if !labels.SelectorFromSet(selector).Matches(labels.Set(pod.Labels)) {
				continue
			}
			found = append(found, name)
			for _, e := range endpoints {
				port, _, _ := unstructured.NestedString(e.(map[string]any), "port")
				if !slices.ContainsFunc(pod.Spec.Containers, func(c corev1.Container) bool {
					return slices.ContainsFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.Name == port })
				}) {
					t.Errorf("%s: %s has no port %q", object.GetName(), name, port)
				}
			}
		}
		slices.Sort(found)
		if !slices.Equal(found, want[object.GetName()]) {
			t.Errorf("%s finds %v, not %v", object.GetName(), found, want[object.GetName()])
		}
		delete(want, object.GetName())
	}
	if len(want) > 0 {
		t.Errorf("no PodMonitor for %v", want)
	}
}

// The lines of JSON say the same in both lines of Spark, and nothing is left of them when text is asked for.
func TestLogFormat(t *testing.T) {
	for chart, release := range map[string]string{"spark-3.5": "spark-35", "spark-4.1": "spark-41"} {
		for _, format := range []string{"json", "text"} {
			files, _, _ := unstructured.NestedStringMap(find(t, objects(t, chart, set(nil, "logs.format", format)), "ConfigMap", release+"-connect").Object, "data")
			structured := strings.Contains(files["spark-defaults.conf"], "spark.log.structuredLogging.enabled=true")
			if wanted := format == "json" && chart == "spark-4.1"; structured != wanted {
				t.Errorf("%s, %s: structured logging is on: %t", chart, format, structured)
			}
			if format == "text" {
				if files["log4j2.properties"] != "" || files["log-layout.json"] != "" {
					t.Errorf("%s: text has a layout of JSON", chart)
				}
				continue
			}
			var layout map[string]any
			if err := json.Unmarshal([]byte(files["log-layout.json"]), &layout); err != nil {
				t.Fatalf("%s: %v", chart, err)
			}
			for _, name := range []string{"ts", "level", "msg", "logger", "exception", "context", "application", "executor", "pod"} {
				if layout[name] == nil {
					t.Errorf("%s: no line says its %s", chart, name)
				}
			}
			if !strings.Contains(files["log4j2.properties"], "classpath:log-layout.json") {
				t.Errorf("%s: nothing uses the layout", chart)
			}
		}
	}
}
