package secret

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// gcp is Google Cloud Secret Manager: a JSON object for each Secret. Its names
// have no slashes.
func gcp() external {
	return external{
		name: spec.GoogleSecrets, title: "Google Cloud Secret Manager",
		keys:    []Ref{{Key: "key.json", Purpose: "key file of a service account that reads Secret Manager"}},
		section: func(s spec.Secrets) map[string]any { return map[string]any{"projectId": s.Project} },
		entry:   func(s spec.Spec, r Ref) Entry { return Entry{flat(s, r.Secret), r.Key} },
		create: func(s spec.Secrets, e Entry) string {
			return fmt.Sprintf("gcloud secrets create %s --project %s --replication-policy automatic --data-file -", e.Name, s.Project)
		},
		change: func(s spec.Secrets, e Entry) string {
			return fmt.Sprintf("gcloud secrets versions add %s --project %s --data-file -", e.Name, s.Project)
		},
	}
}
