package charts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// The exporter and all of Airflow that makes spans reach the endpoint on its port, whatever its scheme, and no other.
func TestTracesReachTheirEndpoint(t *testing.T) {
	collector := in(tracing, peer(labels.Set{"app.kubernetes.io/name": "opentelemetry-collector"}))
	stranger := in("elsewhere", peer(labels.Set{"app.kubernetes.io/name": "opentelemetry-collector"}))
	for endpoint, port := range map[string]int32{
		"grpc://collector.tracing:4317": 4317, "grpcs://collector.tracing": 4317, "http://collector.tracing": 4318, "https://collector.tracing:8443": 8443,
	} {
		values := set(nil, "traces.endpoint", endpoint)
		for chart, want := range map[string][]string{
			"trace-exporter": {"trace-exporter"},
			"airflow":        {"airflow-api", "airflow-dag-processor", "airflow-scheduler", "airflow-triggerer", "airflow-worker"},
		} {
			var policies []networkingv1.NetworkPolicy
			for _, object := range objects(t, chart, values) {
				if object.GetKind() == "NetworkPolicy" {
					policies = append(policies, as[networkingv1.NetworkPolicy](t, object.Object))
				}
			}
			var got []string
			for name, pod := range pods(t, chart, values) {
				from := peer(pod.Labels)
				if judge(policies, from, collector, port).Egress.IsAllowed() {
					got = append(got, role(name))
				}
				if judge(policies, from, collector, port+1).Egress.IsAllowed() || judge(policies, from, stranger, port).Egress.IsAllowed() {
					t.Errorf("%s, %s: %s reaches more than the endpoint", chart, endpoint, name)
				}
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q reach it, not %q", chart, endpoint, got, want)
			}
		}
	}
}

const tracing = "tracing"

// in moves a pod to another namespace.
func in(namespace string, pod *matcher.TrafficPeer) *matcher.TrafficPeer {
	pod.Internal.Namespace, pod.Internal.NamespaceLabels = namespace, map[string]string{"kubernetes.io/metadata.name": namespace}
	return pod
}

// Headers and certificates come by reference; what each process is told fits its own library.
func TestTraceEnvironment(t *testing.T) {
	values := set(set(set(nil, "traces.endpoint", "grpcs://otlp.example:443"), "traces.headersSecret", "trace-headers"), "traces.headersKey", "h")
	for chart, want := range map[string]string{
		"trace-exporter": "OTEL_EXPORTER_OTLP_CERTIFICATE=/etc/trace-endpoint/ca.crt OTEL_EXPORTER_OTLP_HEADERS<trace-headers/h",
		"airflow": "OTEL_EXPORTER_OTLP_ENDPOINT=https://otlp.example:443 OTEL_EXPORTER_OTLP_HEADERS<trace-headers/h " +
			"OTEL_SERVICE_NAME=airflow OTEL_TRACES_EXPORTER=otlp_proto_grpc",
	} {
		if chart == "trace-exporter" {
			values = set(values, "traces.caSecret", "trace-ca")
		} else {
			delete(values["traces"].(map[string]any), "caSecret")
		}
		for name, pod := range pods(t, chart, values) {
			if strings.HasPrefix(name, "airflow-migrate") {
				continue
			}
			var got []string
			for _, v := range pod.Spec.Containers[0].Env {
				switch {
				case !strings.HasPrefix(v.Name, "OTEL_"):
				case v.ValueFrom != nil:
					got = append(got, fmt.Sprintf("%s<%s/%s", v.Name, v.ValueFrom.SecretKeyRef.Name, v.ValueFrom.SecretKeyRef.Key))
				default:
					got = append(got, v.Name+"="+v.Value)
				}
			}
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%s is told %q, not %q", name, got, want)
			}
		}
	}
}

// The exporter is told where the bucket is as its own library wants it.
func TestTraceExporterStores(t *testing.T) {
	for name, want := range map[string]struct {
		values map[string]any
		log    string
		env    string
	}{
		"in the cluster": {nil, "s3a://spark/spark-events?pathStyle=true", "AWS_ACCESS_KEY_ID AWS_ENDPOINT_URL_S3 AWS_REGION AWS_SECRET_ACCESS_KEY HOME"},
		"aws": {
			set(set(nil, "s3.endpoint", ""), "s3.pathStyle", false), "s3a://spark/spark-events?pathStyle=false",
			"AWS_ACCESS_KEY_ID AWS_REGION AWS_SECRET_ACCESS_KEY HOME",
		},
		"gcs":   {onGCS, "gs://spark/spark-events", "GOOGLE_APPLICATION_CREDENTIALS HOME"},
		"azure": {onAzure, "abfss://spark@account1.dfs.core.windows.net/spark-events", "AZURE_STORAGE_KEY HOME"},
	} {
		c := pods(t, "trace-exporter", want.values)["trace-exporter"].Spec.Containers[0]
		var env []string
		for _, v := range c.Env {
			env = append(env, v.Name)
		}
		slices.Sort(env)
		if c.Args[1] != want.log || !slices.Contains(c.Args, "--checkpoint="+strings.Replace(want.log, "spark-events", "spark-traces", 1)) || strings.Join(env, " ") != want.env {
			t.Errorf("%s: %q with %q", name, c.Args, env)
		}
	}
}
