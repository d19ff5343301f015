package deploy

import (
	"slices"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/secret"
)

// TestSecretsAbroad: a Secret of a release elsewhere is made in that namespace, after it and before the release; the
// platform's own releases do not wait for it.
func TestSecretsAbroad(t *testing.T) {
	p := plan.Plan{
		Name: "spark", Namespace: "spark",
		Secrets: []secret.Ref{{Secret: "own", Key: "k"}, {Secret: "grafana-admin", Key: "password", Namespace: "monitoring"}},
		Releases: []plan.Release{
			{Name: "stack", Namespace: "monitoring", Upstream: &plan.Upstream{CRDs: true}},
			{Name: "ours", Namespace: "spark"},
		},
	}
	steps := Steps(p)
	at := func(name string) int {
		return slices.IndexFunc(steps, func(s Step) bool { return s.Name() == name })
	}
	abroad := at("secret/grafana-admin")
	if abroad < 0 || at("namespace/monitoring") > abroad || abroad > at("release/stack") {
		t.Fatalf("the order is wrong: %d, %d, %d", at("namespace/monitoring"), abroad, at("release/stack"))
	}
	if s, _ := steps[abroad].(secretStep); s.namespace != "monitoring" || !slices.Equal(s.Needs(), []string{"namespace/monitoring"}) {
		t.Errorf("it is made in %s, after %v", s.namespace, s.Needs())
	}
	if !slices.Contains(steps[at("release/stack")].Needs(), "secret/grafana-admin") {
		t.Error("the release does not wait for its Secret")
	}
	if slices.Contains(steps[at("release/ours")].Needs(), "secret/grafana-admin") {
		t.Error("our release waits for a Secret of others")
	}
}
