package component

import (
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const prometheusStack = "kube-prometheus-stack"

// monitoring tells a Prometheus operator what to scrape and when to call
// somebody, and Grafana what to draw. It starts no pod.
func monitoring() Component {
	return Component{
		Name: "monitoring", Title: "Dashboards and alerts", Chart: "monitoring",
		When: measured,
		// Its objects are of kinds that the operator brings.
		Needs:   []string{prometheusStack},
		Secrets: func(spec.Spec) []secret.Ref { return nil },
		Pods:    func(spec.Spec) []Pod { return nil },
		Values: func(s spec.Spec) map[string]any {
			return map[string]any{
				"monitorLabels": monitorLabels(s),
				"targets": map[string]any{
					"spark":         s.Spark35.Enabled || s.Spark41.Enabled,
					"cloudnativepg": in(spec.CloudNativePG)(s),
					"airflow":       s.Airflow.Enabled,
				},
				"traces": map[string]any{"enabled": traced(s), "tempo": tempoAddress(s)},
			}
		},
	}
}

// measured reports whether anybody collects metrics.
func measured(s spec.Spec) bool { return s.Observability.Metrics != spec.NoMetrics }

// monitorLabels is what makes Prometheus follow our objects. The one of the
// catalogue takes all there are.
func monitorLabels(s spec.Spec) map[string]any {
	key, value, found := strings.Cut(s.Observability.Label, "=")
	if s.Observability.Metrics != spec.ExistingMetrics || !found {
		return map[string]any{}
	}
	return map[string]any{key: value}
}

// searched lets Grafana's sidecar find the data source that the chart
// monitoring brings: of itself it looks only where Grafana is. Nobody else's
// namespace may give Grafana addresses to call.
func searched(s spec.Spec) map[string]any {
	return map[string]any{"grafana": map[string]any{"sidecar": map[string]any{"datasources": map[string]any{
		"searchNamespace": []any{prometheusNamespace, s.Namespace},
	}}}}
}

// withPrometheus adds to a chart's networkPolicy who may scrape it: pods of
// Prometheus, as its operator labels them, in their namespace.
func withPrometheus(s spec.Spec, policy map[string]any) map[string]any {
	var namespace string
	switch s.Observability.Metrics {
	case spec.ExistingMetrics:
		namespace = s.Observability.Namespace
	case spec.InstallMetrics:
		namespace = prometheusNamespace
	default:
		return policy
	}
	policy["prometheusPeers"] = []any{map[string]any{
		"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": namespace}},
		"podSelector":       map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": "prometheus"}},
	}}
	return policy
}

// prometheusNamespace is that of the catalogue's entry; a test holds them
// together.
const prometheusNamespace = "monitoring"
