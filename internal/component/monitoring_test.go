package component_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestMonitoring: who is told what to scrape, who may, and what is installed for it.
func TestMonitoring(t *testing.T) {
	peers := func(namespace string) string {
		return fmt.Sprint([]any{map[string]any{
			"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": namespace}},
			"podSelector":       map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": "prometheus"}},
		}})
	}
	tests := map[string]struct {
		answers       spec.Observability
		monitoring    bool
		stack         bool
		labels, peers string
	}{
		"off":              {spec.Observability{Metrics: spec.NoMetrics, Label: "release=kps"}, false, false, "map[]", "<nil>"},
		"existing":         {spec.Observability{Metrics: spec.ExistingMetrics, Namespace: "obs", Label: "release=kps"}, true, false, "map[release:kps]", peers("obs")},
		"existing, all":    {spec.Observability{Metrics: spec.ExistingMetrics, Namespace: "obs"}, true, false, "map[]", peers("obs")},
		"installed":        {spec.Observability{Metrics: spec.InstallMetrics, Namespace: "obs", Label: "release=kps"}, true, true, "map[]", peers("monitoring")},
		"logs say nothing": {spec.Observability{Metrics: spec.NoMetrics, Logs: spec.TextLogs}, false, false, "map[]", "<nil>"},
	}
	for name, tt := range tests {
		s := spec.Default()
		s.Observability, s.Database.Mode, s.Spark35.Enabled, s.Airflow.Enabled = tt.answers, spec.CloudNativePG, true, true
		for _, c := range component.Catalogue() {
			switch c.Name {
			case "monitoring":
				targets := fmt.Sprint(c.Values(s)["targets"])
				if c.Installed(s) != tt.monitoring || fmt.Sprint(c.Values(s)["monitorLabels"]) != tt.labels || targets != "map[airflow:true cloudnativepg:true spark:true]" {
					t.Errorf("%s: installed %t with %v", name, c.Installed(s), c.Values(s))
				}
			case "kube-prometheus-stack":
				if c.Installed(s) != tt.stack {
					t.Errorf("%s: %s is installed: %t", name, c.Title, c.Installed(s))
				}
			case "airflow":
				metrics, _ := c.Values(s)["metrics"].(map[string]any)
				policy, _ := c.Values(s)["networkPolicy"].(map[string]any)
				exports := slices.ContainsFunc(c.Pods(s), func(p component.Pod) bool { return p.Name == "airflow-metrics" })
				if (metrics["enabled"] == true) != tt.monitoring || exports != tt.monitoring || fmt.Sprint(policy["prometheusPeers"]) != tt.peers {
					t.Errorf("%s: Airflow's metrics are %v, counted as a pod: %t, open to %v", name, metrics, exports, policy["prometheusPeers"])
				}
			case "spark-35", "spark-41", "postgresql-cluster":
				policy, _ := c.Values(s)["networkPolicy"].(map[string]any)
				if got := fmt.Sprint(policy["prometheusPeers"]); got != tt.peers {
					t.Errorf("%s: %s lets in %s, not %s", name, c.Name, got, tt.peers)
				}
				if logs, _ := c.Values(s)["logs"].(map[string]any); logs != nil && logs["format"] != tt.answers.Logs {
					t.Errorf("%s: %s logs %v", name, c.Name, logs)
				}
			}
		}
	}
}

// TestGrafanaHasItsPassword: the Secret that the chart of others reads is one that the plan makes, where the chart is.
func TestGrafanaHasItsPassword(t *testing.T) {
	e, ok := catalogue.Find("kube-prometheus-stack")
	all := component.Catalogue()
	i := slices.IndexFunc(all, func(c component.Component) bool { return c.Name == "kube-prometheus-stack" })
	if !ok || i < 0 {
		t.Fatal("no kube-prometheus-stack")
	}
	refs := all[i].Secrets(spec.Default())
	grafana, _ := e.Values["grafana"].(map[string]any)
	want := fmt.Sprint(map[string]any{"existingSecret": refs[0].Secret, "userKey": "username", "passwordKey": refs[0].Key})
	if got := fmt.Sprint(grafana["admin"]); len(refs) != 1 || got != want || refs[0].Namespace != e.Namespace || refs[0].User == "" {
		t.Errorf("Grafana reads %s, the plan makes %+v", got, refs)
	}
}

// TestGrafanaKnowsTempo: Grafana is told of Tempo when it is installed with it, and where its sidecar has to look.
func TestGrafanaKnowsTempo(t *testing.T) {
	tempo, _ := catalogue.Find("tempo")
	for traces, want := range map[string]string{
		spec.NoTraces:       "map[enabled:false tempo:]",
		spec.ExistingTraces: "map[enabled:true tempo:]",
		spec.InstallTraces:  "map[enabled:true tempo:http://" + tempo.Name + "." + tempo.Namespace + ":3200]",
	} {
		s := spec.Default()
		s.Namespace = "ours"
		s.Observability.Metrics, s.Observability.Traces = spec.InstallMetrics, traces
		for _, c := range component.Catalogue() {
			switch c.Name {
			case "monitoring":
				if got := fmt.Sprint(c.Values(s)["traces"]); got != want {
					t.Errorf("%s: %s, not %s", traces, got, want)
				}
			case "kube-prometheus-stack":
				grafana, _ := c.Values(s)["grafana"].(map[string]any)
				sidecar, _ := grafana["sidecar"].(map[string]any)
				// What the catalogue says beside it stays.
				if got := fmt.Sprint(sidecar["datasources"]); got != "map[searchNamespace:["+c.Upstream.Namespace+" ours]]" || sidecar["dashboards"] == nil {
					t.Errorf("%s: the sidecar is told %v", traces, sidecar)
				}
			}
		}
	}
}
