package plan_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestUnfollowed: answers that no Prometheus here fits are said to be so, with
// those that would fit; a platform that nobody could look for is no fine one.
func TestUnfollowed(t *testing.T) {
	theirs := facts.Prometheus{Name: "k8s", Namespace: "obs", Selector: map[string]string{"release": "kps"}}
	all := facts.Prometheus{Name: "all", Namespace: "obs"}
	fits := spec.Observability{Metrics: spec.ExistingMetrics, Namespace: "obs", Label: "release=kps"}
	tests := map[string]struct {
		answers spec.Observability
		here    []facts.Prometheus
		unknown string
		want    string // part of the one warning; empty: none
	}{
		"off":           {spec.Observability{Metrics: spec.NoMetrics}, nil, "", ""},
		"installed":     {spec.Observability{Metrics: spec.InstallMetrics}, nil, "", ""},
		"fits":          {fits, []facts.Prometheus{theirs}, "", ""},
		"second fits":   {fits, []facts.Prometheus{{Name: "x", Namespace: "x"}, theirs}, "", ""},
		"takes all":     {fits, []facts.Prometheus{all}, "", ""},
		"label":         {spec.Observability{Metrics: spec.ExistingMetrics, Namespace: "obs"}, []facts.Prometheus{theirs}, "", "label release=kps, so nothing is scraped (--set observability.namespace=obs --set observability.label=release=kps)"},
		"namespace":     {spec.Observability{Metrics: spec.ExistingMetrics, Namespace: "x", Label: "release=kps"}, []facts.Prometheus{theirs}, "", "namespace obs, which the NetworkPolicies would not let in (--set observability.namespace=obs --set observability.label=release=kps)"},
		"all elsewhere": {spec.Observability{Metrics: spec.ExistingMetrics, Namespace: "x"}, []facts.Prometheus{all}, "", "namespace obs, which the NetworkPolicies would not let in (--set observability.namespace=obs)"},
		"none":          {fits, nil, "", "runs no Prometheus yet"},
		"not allowed":   {fits, nil, "forbidden", "is unknown: the Prometheus objects could not be listed (forbidden)"},
	}
	for name, tt := range tests {
		s := spec.Default()
		s.Observability = tt.answers
		f := facts.Facts{Known: true, APIs: []string{"monitoring.coreos.com/v1"}, Prometheuses: tt.here}
		if tt.unknown != "" {
			f.Unknown = map[string]string{"prometheuses": tt.unknown}
		}
		var got []string
		for _, w := range makePlan(t, s, f).Warnings {
			if text := w.What + " (" + w.Hint + ")"; strings.Contains(text, "Prometheus") {
				got = append(got, text)
			}
		}
		if len(got) > 1 || (len(got) == 1) != (tt.want != "") || !strings.Contains(strings.Join(got, ""), tt.want) {
			t.Errorf("%s: %q, not %q", name, got, tt.want)
		}
	}
}
