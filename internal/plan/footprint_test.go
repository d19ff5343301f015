package plan_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestFootprint: what the plan says a platform takes is what its manifests
// ask for, pod by pod: containers and sidecars of workloads, volume claims,
// and the executors that Spark's properties describe. Jobs do not count; they
// are over before Spark starts.
func TestFootprint(t *testing.T) {
	all := platforms()
	large := spec.Default()
	large.Spark.Executor = spec.Executor{Cores: 3, Memory: "6g", Min: 2, Max: 11}
	large.Spark.Driver.Memory, large.Storage.Size = "3g", "1.5Ti"
	all["large"] = large
	var cache render.Cache
	for name, s := range all {
		p := makePlan(t, s, facts.Facts{})
		var got plan.Footprint
		for _, r := range p.Releases {
			manifest, err := cache.Manifest(r, "")
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var asked plan.Footprint
			for doc := range strings.SplitSeq(manifest, "\n---\n") {
				count(t, []byte(doc), &asked)
			}
			var want plan.Footprint
			for _, pod := range r.Pods {
				n := int64(pod.Count)
				want = sum(want, plan.Footprint{CPUMilli: n * pod.CPUMilli, Memory: n * pod.Memory, Volumes: n * pod.Volume, Pods: pod.Count})
			}
			if asked != want {
				t.Errorf("%s: %s asks for\n%+v, the plan says\n%+v", name, r.Name, asked, want)
			}
			got = sum(got, asked)
		}
		if got != p.Footprint {
			t.Errorf("%s: the manifests ask for\n%+v, the plan says\n%+v", name, got, p.Footprint)
		}
	}
}

func sum(a, b plan.Footprint) plan.Footprint {
	return plan.Footprint{CPUMilli: a.CPUMilli + b.CPUMilli, Memory: a.Memory + b.Memory, Volumes: a.Volumes + b.Volumes, Pods: a.Pods + b.Pods}
}

// count adds what one YAML document asks for.
func count(t *testing.T, doc []byte, f *plan.Footprint) {
	t.Helper()
	var head struct{ Kind string }
	decode(t, doc, &head)
	switch head.Kind {
	case "Deployment":
		var d appsv1.Deployment
		decode(t, doc, &d)
		pods(d.Spec.Template.Spec, d.Spec.Replicas, f)
	case "StatefulSet":
		var s appsv1.StatefulSet
		decode(t, doc, &s)
		pods(s.Spec.Template.Spec, s.Spec.Replicas, f)
		for _, claim := range s.Spec.VolumeClaimTemplates {
			f.Volumes += claim.Spec.Resources.Requests.Storage().Value()
		}
	case "ConfigMap":
		var c corev1.ConfigMap
		decode(t, doc, &c)
		if conf, ok := c.Data["spark-defaults.conf"]; ok {
			executors(t, conf, f)
		}
	case "DaemonSet", "Pod", "ReplicaSet", "CronJob", "PersistentVolumeClaim":
		t.Errorf("a %s is not counted", head.Kind)
	}
}

func decode(t *testing.T, doc []byte, into any) {
	t.Helper()
	if err := yaml.Unmarshal(bytes.TrimPrefix(doc, []byte("---\n")), into); err != nil {
		t.Fatalf("%v in:\n%s", err, doc)
	}
}

// pods adds a workload as the scheduler does: containers and sidecars
// together, or an init container beside the sidecars before it if that is more.
func pods(s corev1.PodSpec, replicas *int32, f *plan.Footprint) {
	n := int64(1)
	if replicas != nil {
		n = int64(*replicas)
	}
	var cpu, memory, initCPU, initMemory int64
	for _, c := range s.InitContainers {
		r := c.Resources.Requests
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			cpu, memory = cpu+r.Cpu().MilliValue(), memory+r.Memory().Value()
			continue
		}
		initCPU, initMemory = max(initCPU, cpu+r.Cpu().MilliValue()), max(initMemory, memory+r.Memory().Value())
	}
	for _, c := range s.Containers {
		cpu += c.Resources.Requests.Cpu().MilliValue()
		memory += c.Resources.Requests.Memory().Value()
	}
	f.CPUMilli += n * max(cpu, initCPU)
	f.Memory += n * max(memory, initMemory)
	f.Pods += int(n)
}

// executors adds as many as dynamic allocation may ask for. Spark requests
// heap and overhead as memory.
func executors(t *testing.T, conf string, f *plan.Footprint) {
	t.Helper()
	p := map[string]string{}
	for line := range strings.Lines(conf) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		p[key] = value
	}
	if p["spark.dynamicAllocation.enabled"] != "true" {
		return // The History Server has such a file too.
	}
	n, err := strconv.ParseInt(p["spark.dynamicAllocation.maxExecutors"], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	cpu, err := resource.ParseQuantity(p["spark.kubernetes.executor.request.cores"])
	if err != nil {
		t.Fatal(err)
	}
	f.CPUMilli += n * cpu.MilliValue()
	f.Memory += n * (sparkBytes(t, p["spark.executor.memory"]) + sparkBytes(t, p["spark.executor.memoryOverhead"]))
	f.Pods += int(n)
}

// sparkBytes reads 512m or 4g.
func sparkBytes(t *testing.T, text string) int64 {
	t.Helper()
	q, err := resource.ParseQuantity(strings.ToUpper(text) + "i")
	if err != nil {
		t.Fatalf("%q is no size: %v", text, err)
	}
	return q.Value()
}
