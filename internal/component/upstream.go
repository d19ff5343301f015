package component

import (
	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// foreign is one row about a chart that others maintain: when it is wanted,
// and what of its values depends on the answers. All else is in the catalogue.
type foreign struct {
	name string
	when func(spec.Spec) bool
	// secrets are what its pods read beside what its chart makes; nil: nothing.
	secrets []secret.Ref
	extra   func(spec.Spec) map[string]any // replaces values of the catalogue, branch by branch; nil: none do
}

// notYet is the answer that nobody can give so far.
func notYet(spec.Spec) bool { return false }

// foreigners are all charts of the catalogue, in the order in which people
// read a platform: what others stand on first.
func foreigners() []foreign {
	return []foreign{
		{name: "external-secrets", when: filledBy("external-secrets")},
		{name: "sealed-secrets", when: filledBy("sealed-secrets")},
		{name: "vault", when: filledBy("vault")},
		{name: "cloudnative-pg", when: in(spec.CloudNativePG)},
		{name: "seaweedfs", when: notYet},
		{name: "keda", when: func(s spec.Spec) bool { return s.Scaling.OfficeHours }},
		{name: "nvidia-device-plugin", when: func(s spec.Spec) bool { return s.GPU.Enabled && s.GPU.DevicePlugin && s.GPU.Mode == spec.OnGPU }},
		{
			name: prometheusStack, when: func(s spec.Spec) bool { return s.Observability.Metrics == spec.InstallMetrics },
			secrets: []secret.Ref{{Namespace: prometheusNamespace, Secret: "grafana-admin", Key: "password", User: "admin", Purpose: "password of admin in Grafana"}},
			extra:   searched,
		},
		{name: "tempo", when: installsTraces},
		{name: "opentelemetry-collector", when: installsTraces, extra: collected},
		{name: "spark-operator", when: notYet, extra: func(s spec.Spec) map[string]any {
			return map[string]any{"spark": map[string]any{"jobNamespaces": []any{s.Namespace}}}
		}},
	}
}

// upstream makes components of the rows.
func upstream() []Component {
	var all []Component
	for _, f := range foreigners() {
		if e, ok := catalogue.Find(f.name); ok { // A test has every row find its entry.
			all = append(all, f.component(e))
		}
	}
	return all
}

func (f foreign) component(e catalogue.Entry) Component {
	return Component{
		Name: e.Name, Title: e.Title, Chart: e.Name, When: f.when, Upstream: &e,
		Secrets: func(spec.Spec) []secret.Ref { return f.secrets },
		Pods: func(spec.Spec) []Pod {
			var pods []Pod
			for _, p := range e.Pods {
				pods = append(pods, Pod{Name: p.Name, Count: 1, CPUMilli: milli(p.CPU), Memory: quantity(p.Memory)})
			}
			return pods
		},
		Values: func(s spec.Spec) map[string]any {
			values := e.ValuesFor(s.Images.Registry)
			if f.extra != nil {
				merge(values, f.extra(s))
			}
			return values
		},
	}
}

// merge lays one tree over another, branch by branch.
func merge(under, over map[string]any) {
	for key, value := range over {
		branch, ok := value.(map[string]any)
		there, both := under[key].(map[string]any)
		if ok && both {
			merge(there, branch)
			continue
		}
		under[key] = value
	}
}
