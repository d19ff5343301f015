package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// unfollowed warns when no Prometheus that is here would follow the platform's
// monitors: nothing would be scraped, and nothing would say so.
func unfollowed(s spec.Spec, f facts.Facts) []Warning {
	o := s.Observability
	if o.Metrics != spec.ExistingMetrics {
		return nil
	}
	if why, unknown := f.Unknown["prometheuses"]; unknown {
		return []Warning{{What: fmt.Sprintf("whether Prometheus will follow the platform is unknown: the Prometheus objects could not be listed (%s)", why)}}
	}
	if len(f.Prometheuses) == 0 {
		return []Warning{{What: "the operator runs no Prometheus yet, so nothing is scraped", Hint: "kubectl get prometheuses --all-namespaces"}}
	}
	key, value, _ := strings.Cut(o.Label, "=")
	follows := func(p facts.Prometheus) bool {
		return p.Namespace == o.Namespace && (len(p.Selector) == 0 || maps.Equal(p.Selector, map[string]string{key: value}))
	}
	if slices.ContainsFunc(f.Prometheuses, follows) {
		return nil
	}
	p := f.Prometheuses[0]
	w := Warning{
		What: fmt.Sprintf("the Prometheus %s runs in namespace %s, which the NetworkPolicies would not let in", p.Name, p.Namespace),
		Hint: "--set observability.namespace=" + p.Namespace,
	}
	if len(p.Selector) > 0 {
		first := slices.Sorted(maps.Keys(p.Selector))[0]
		pair := first + "=" + p.Selector[first]
		w.Hint += " --set observability.label=" + pair
		if p.Namespace == o.Namespace || o.Label != pair {
			w.What = fmt.Sprintf("the Prometheus %s in namespace %s follows only what has the label %s, so nothing is scraped", p.Name, p.Namespace, pair)
		}
	}
	return []Warning{w}
}
