package secret

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// ibm is IBM Cloud Secrets Manager: a secret of the type kv for each Secret,
// found by group, type and name.
func ibm() external {
	return external{
		name: spec.IBM, title: "IBM Cloud Secrets Manager",
		keys:    []Ref{{Key: "api-key", Purpose: "API key that reads Secrets Manager"}},
		section: func(s spec.Secrets) map[string]any { return map[string]any{"serviceUrl": s.Address} },
		entry: func(s spec.Spec, r Ref) Entry {
			return Entry{s.Secrets.Project + "/kv/" + flat(s, r.Secret), r.Key}
		},
		create: func(s spec.Secrets, _ Entry) string {
			return fmt.Sprintf("ibmcloud secrets-manager secret-create --service-url %s --secret-prototype @/dev/stdin", s.Address)
		},
		change: func(s spec.Secrets, _ Entry) string {
			return fmt.Sprintf("ibmcloud secrets-manager secret-version-create --service-url %s --secret-id ID --secret-version-prototype @/dev/stdin", s.Address)
		},
	}
}
