package plan

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// secretWarnings says what keeps the provider from filling the platform's
// Secrets, as far as that can be seen without asking the store.
func secretWarnings(p Plan, f facts.Facts) []Warning {
	provider, chosen := secret.Chosen(p.Spec)
	if !chosen {
		return nil
	}
	var w []Warning
	if p.Spec.Secrets.Provider == spec.SealedSecrets {
		w = append(w, unsealed(p)...)
	}
	api := map[string]string{"external-secrets": "external-secrets.io/v1", "sealed-secrets": "bitnami.com/v1alpha1"}[provider.Operator()]
	if f.Known && api != "" && !p.Spec.Secrets.Install && !f.Serves(api) {
		w = append(w, Warning{
			Blocks: true,
			What:   fmt.Sprintf("the cluster does not serve %s, so nobody fills the Secrets from %s", api, provider.Title()),
			Hint:   "--set secrets.install=true",
		})
	}
	return w
}

// unsealed counts the values that are not in the file, or of no use there.
func unsealed(p Plan) []Warning {
	hint := "sparkwiz secrets seal   # keeps them in " + p.Spec.Secrets.File
	if _, err := secret.ParseSealed(p.Spec.Secrets.Sealed); err != nil {
		return []Warning{{Blocks: true, What: fmt.Sprintf("%s cannot be used: %v", p.Spec.Secrets.File, err), Hint: hint}}
	}
	open := secret.Unsealed(p.Spec, p.Secrets)
	if len(open) == 0 {
		return nil
	}
	what := fmt.Sprintf("%d values are not sealed for namespace %s yet, e.g. %s/%s", len(open), p.Namespace, open[0].Secret, open[0].Key)
	if len(open) == 1 {
		what = fmt.Sprintf("%s/%s is not sealed for namespace %s yet", open[0].Secret, open[0].Key, p.Namespace)
	}
	return []Warning{{Blocks: true, What: what, Hint: hint}}
}
