package component

import (
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// SecretsRelease is the release that has the Secrets of all others filled.
const SecretsRelease = "secrets"

// provided is the release that tells the provider's operator which Secrets to
// fill, for the components beside it. Nothing is installed when values are
// generated, nor while nothing is sealed.
func provided(beside []Component) Component {
	const keep, agent = 64 * mib, 128 * mib // The agent's is what the chart asks its injector for.
	pod := Pod{Name: "secrets-agent", Count: 1, CPUMilli: 20, Memory: keep + agent}
	return Component{
		Name: SecretsRelease, Title: "Secrets", Chart: "secrets",
		When: func(s spec.Spec) bool {
			_, chosen := secret.Chosen(s)
			return chosen && (s.Secrets.Provider != spec.SealedSecrets || len(sealedFor(s, beside)) > 0)
		},
		Needs: operators(),
		Flows: secretFlows,
		Secrets: func(s spec.Spec) []secret.Ref {
			p, ok := secret.Chosen(s)
			if !ok {
				return nil
			}
			return p.Credentials(s.Secrets)
		},
		Pods: func(s spec.Spec) []Pod {
			if s.Secrets.Provider != spec.VaultAgent {
				return []Pod{}
			}
			return []Pod{pod}
		},
		Values: func(s spec.Spec) map[string]any {
			p, ok := secret.Chosen(s)
			if !ok {
				return map[string]any{}
			}
			v := p.Values(s, wanted(s, beside))
			if s.Secrets.Provider == spec.VaultAgent {
				agent := map[string]any{
					"resources": resources(Pod{CPUMilli: 10, Memory: keep}),
					// They are taken for passwords that were generated: an uninstall leaves them, a purge does not.
					"labels": map[string]any{facts.PlatformLabel: s.Name, "app.kubernetes.io/managed-by": "sparkwiz"},
				}
				if !s.Spark41.Enabled && s.Spark35.Enabled {
					agent["image"] = map[string]any{"tag": s.Spark35.Version}
				} else {
					agent["image"] = map[string]any{"tag": s.Spark41.Version}
				}
				v["agent"] = agent
			}
			v["imageRegistry"] = s.Images.Registry
			return v
		},
	}
}

// operators are the charts of all providers.
func operators() []string {
	var names []string
	for _, p := range secret.Providers() {
		if len(names) == 0 || names[len(names)-1] != p.Operator() {
			names = append(names, p.Operator())
		}
	}
	return names
}

// wanted are the references of all components that these answers install.
func wanted(s spec.Spec, of []Component) []secret.Ref {
	var refs []secret.Ref
	for _, c := range of {
		if c.Installed(s) {
			refs = append(refs, c.Secrets(s)...)
		}
	}
	return refs
}

// sealedFor are the values of the chart's list, empty while nothing is sealed.
func sealedFor(s spec.Spec, of []Component) []any {
	p, _ := secret.Chosen(s)
	list, _ := p.Values(s, wanted(s, of))["sealed"].([]any)
	return list
}

// claimed has a component's Secrets filled by the provider of the answers.
func (c Component) claimed() Component {
	refs := c.Secrets
	c.Secrets = func(s spec.Spec) []secret.Ref {
		p, ok := secret.Chosen(s)
		if !ok {
			return refs(s)
		}
		return secret.Claim(p, refs(s))
	}
	c.Needs = append(slices.Clip(c.Needs), SecretsRelease)
	return c
}

// filledBy reports whether a provider is chosen that a chart of the catalogue
// works for, and whether that chart is ours to install.
func filledBy(operator string) func(spec.Spec) bool {
	return func(s spec.Spec) bool {
		p, ok := secret.Chosen(s)
		return ok && p.Operator() == operator && s.Secrets.Install
	}
}
