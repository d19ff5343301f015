package secret

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// vault is HashiCorp Vault through External Secrets: version 2 of its
// key-value engine, a path for each Secret.
func vault() external {
	return external{
		name: spec.Vault, title: "HashiCorp Vault",
		keys: []Ref{{Key: "token", Purpose: "token that reads the secrets in Vault"}},
		section: func(s spec.Secrets) map[string]any {
			at := map[string]any{"address": s.Address, "mount": s.Mount, "caSecret": s.CA}
			if s.Auth == spec.Identity {
				at["authPath"] = s.AuthPath
			}
			return at
		},
		entry:  func(s spec.Spec, r Ref) Entry { return Entry{under(s, r.Secret), r.Key} },
		create: put, change: put,
	}
}

// put writes a path of Vault, whether it is new or not. The dash is stdin.
func put(s spec.Secrets, e Entry) string {
	return fmt.Sprintf("VAULT_ADDR=%s vault kv put -mount=%s %s -", s.Address, s.Mount, e.Name)
}
