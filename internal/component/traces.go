package component

import (
	"maps"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Where the charts of the catalogue put the collector and the traces behind
// it: releases in the namespace that the catalogue gives them.
const (
	tracingNamespace  = "tracing"
	collectorEndpoint = "grpc://opentelemetry-collector." + tracingNamespace + ":4317"
	tempoEndpoint     = "tempo." + tracingNamespace + ":4317"
	tempoAPI          = "http://tempo." + tracingNamespace + ":3200" // what Grafana asks; traces go elsewhere
	traceHeaders      = "headers"
)

// traces sends Spark's event logs to whatever keeps traces.
func traces() Component {
	pod := func(spec.Spec) Pod {
		return Pod{Name: "trace-exporter", Count: 1, CPUMilli: 20, Memory: 128 * mib}
	}
	return Component{
		Name: "trace-exporter", Title: "Traces", Chart: "trace-exporter",
		When:    traced,
		Needs:   []string{"object-store", "opentelemetry-collector"},
		Flows:   traceFlows,
		Secrets: func(s spec.Spec) []secret.Ref { return append(storeKeys(s), traceKeys(s)...) },
		Pods:    func(s spec.Spec) []Pod { return []Pod{pod(s)} },
		Values: func(s spec.Spec) map[string]any {
			policy := storePeers(s)
			policy["tracePeers"] = tracePeers(s)
			limits := pod(s)
			limits.Memory *= 2 // For a while, when a log of weeks is read from its beginning.
			r := resources(pod(s))
			r["limits"] = resources(limits)["limits"]
			v := map[string]any{
				"imageRegistry": s.Images.Registry,
				"traces":        map[string]any{"endpoint": traceEndpoint(s), "headersSecret": traceSecret(s), "headersKey": traceHeaders},
				"resources":     r,
				"networkPolicy": policy,
			}
			maps.Copy(v, store(s))
			return v
		},
	}
}

// traced reports whether anybody keeps traces.
func traced(s spec.Spec) bool {
	return s.Observability.Traces == spec.ExistingTraces || s.Observability.Traces == spec.InstallTraces
}

func installsTraces(s spec.Spec) bool { return s.Observability.Traces == spec.InstallTraces }

// traceEndpoint is where traces go, always with the scheme that names the
// protocol.
func traceEndpoint(s spec.Spec) string {
	if installsTraces(s) {
		return collectorEndpoint
	}
	if !strings.Contains(s.Observability.TraceEndpoint, "://") {
		return "grpc://" + s.Observability.TraceEndpoint
	}
	return s.Observability.TraceEndpoint
}

// tempoAddress is where traces are asked for, if it is known: what takes them
// may be a collector that answers no question, so that whoever has a backend
// has told Grafana of it too.
func tempoAddress(s spec.Spec) string {
	if installsTraces(s) {
		return tempoAPI
	}
	return ""
}

// traceSecret is the Secret with headers; what is installed asks for none.
func traceSecret(s spec.Spec) string {
	if installsTraces(s) {
		return ""
	}
	return s.Observability.TraceSecret
}

// traceKeys are the keys of that Secret, when traces go anywhere.
func traceKeys(s spec.Spec) []secret.Ref {
	if !traced(s) || traceSecret(s) == "" {
		return nil
	}
	return []secret.Ref{{Secret: traceSecret(s), Key: traceHeaders, Purpose: "what the trace endpoint must be shown, as name=value", Yours: true}}
}

// tracePeers lets pods out to whatever takes traces. What was there before may
// be anywhere.
func tracePeers(s spec.Spec) []any {
	if s.Observability.Traces == spec.ExistingTraces {
		return anywhere()
	}
	return []any{map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": tracingNamespace}}}}
}

// collected has the collector hand on to Tempo what it is sent.
func collected(spec.Spec) map[string]any {
	return map[string]any{"config": map[string]any{
		"exporters": map[string]any{"otlp/tempo": map[string]any{"endpoint": tempoEndpoint, "tls": map[string]any{"insecure": true}}},
		"service":   map[string]any{"pipelines": map[string]any{"traces": map[string]any{"exporters": []any{"otlp/tempo"}}}},
	}}
}
