package dashboard_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/google/go-cmp/cmp"
)

// loadedRule is one rule as Prometheus tells that it has it.
type loadedRule struct {
	Name, Query, Health, LastError string
	Duration                       float64 // seconds
	Labels, Annotations            map[string]string
}

// TestRulesAreLoaded: every rule of the chart is in Prometheus as it was
// installed, and can be evaluated. SPARKWIZ_RULES is the list of
// PrometheusRules that the API server has of the platform.
func TestRulesAreLoaded(t *testing.T) {
	p := running(t)
	type group struct {
		Name  string
		Rules []struct {
			Record, Alert, Expr, For string
			Labels, Annotations      map[string]string
		}
	}
	var installed struct {
		Items []struct{ Spec struct{ Groups []group } }
	}
	text, err := os.ReadFile(os.Getenv("SPARKWIZ_RULES"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &installed); err != nil {
		t.Fatal(err)
	}
	loaded, err := p.loaded(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, item := range installed.Items {
		for _, g := range item.Spec.Groups {
			if len(loaded[g.Name]) != len(g.Rules) {
				t.Errorf("of the %d rules of %s Prometheus has %d", len(g.Rules), g.Name, len(loaded[g.Name]))
				continue
			}
			for i, want := range g.Rules {
				got := loaded[g.Name][i]
				found++
				if got.Health != "ok" || got.LastError != "" {
					t.Errorf("%s%s: %s %s", want.Alert, want.Record, got.Health, got.LastError)
				}
				wait, _ := time.ParseDuration(want.For) // A recording rule has none.
				expected := loadedRule{
					Name: want.Alert + want.Record, Query: canonical(t, want.Expr), Health: got.Health, LastError: got.LastError,
					Duration: wait.Seconds(), Labels: want.Labels, Annotations: want.Annotations,
				}
				got.Query = canonical(t, got.Query)
				for _, r := range []*loadedRule{&got, &expected} {
					r.Labels, r.Annotations = there(r.Labels), there(r.Annotations)
				}
				if diff := cmp.Diff(expected, got); diff != "" {
					t.Errorf("%s: Prometheus has it otherwise than the API server:\n%s", expected.Name, diff)
				}
			}
		}
	}
	if want := len(rules(t)); found != want {
		t.Errorf("the chart has %d rules, Prometheus %d of them", want, found)
	}
	t.Logf("%d rules are loaded as they were installed, and evaluated", found)
}

// loaded are the rules by group, once each has been evaluated.
func (p prometheus) loaded(ctx context.Context) (map[string][]loadedRule, error) {
	var answer struct {
		Data struct {
			Groups []struct {
				Name  string
				Rules []loadedRule
			}
		}
	}
	for range 30 {
		if err := p.get(ctx, "/api/v1/rules", &answer); err != nil {
			return nil, err
		}
		waits := false
		groups := map[string][]loadedRule{}
		for _, g := range answer.Data.Groups {
			groups[g.Name] = g.Rules
			waits = waits || slices.ContainsFunc(g.Rules, func(r loadedRule) bool { return r.Health == "unknown" })
		}
		if len(groups) > 0 && !waits {
			return groups, nil
		}
		time.Sleep(time.Second)
	}
	return nil, errors.New("after 30 s there are rules that were not evaluated, or none at all")
}

// canonical is an expression without what two writers of it do differently:
// brackets, blanks, and the order of matchers behind the name of the metric.
func canonical(t *testing.T, expr string) string {
	t.Helper()
	parsed, err := metricsql.Parse(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		if m, ok := e.(*metricsql.MetricExpr); ok {
			for _, filters := range m.LabelFilterss {
				slices.SortFunc(filters, func(a, b metricsql.LabelFilter) int {
					return bytes.Compare(a.AppendString(nil), b.AppendString(nil))
				})
			}
		}
	})
	return string(parsed.AppendString(nil))
}

// there is a map that is there, empty or not.
func there(m map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, m)
	return all
}
