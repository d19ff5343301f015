package secret

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// aws is AWS Secrets Manager: a JSON object for each Secret.
func aws() external {
	return external{
		name: spec.AWS, title: "AWS Secrets Manager",
		keys: []Ref{
			{Key: "access-key-id", Purpose: "access key that reads Secrets Manager"},
			{Key: "secret-access-key", Purpose: "its secret access key"},
		},
		section: func(s spec.Secrets) map[string]any { return map[string]any{"region": s.Region} },
		entry:   func(s spec.Spec, r Ref) Entry { return Entry{under(s, r.Secret), r.Key} },
		create: func(s spec.Secrets, e Entry) string {
			return fmt.Sprintf("aws secretsmanager create-secret --region %s --name %s --secret-string file:///dev/stdin", s.Region, e.Name)
		},
		change: func(s spec.Secrets, e Entry) string {
			return fmt.Sprintf("aws secretsmanager put-secret-value --region %s --secret-id %s --secret-string file:///dev/stdin", s.Region, e.Name)
		},
	}
}
