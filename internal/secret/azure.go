package secret

import (
	"fmt"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// azure is Azure Key Vault: an entry for each value. Its names are letters,
// digits and dashes.
func azure() external {
	set := func(s spec.Secrets, e Entry) string {
		host := strings.TrimPrefix(s.Address, "https://")
		name, _, _ := strings.Cut(host, ".")
		return fmt.Sprintf("az keyvault secret set --vault-name %s --name %s --output none --file /dev/stdin", name, e.Name)
	}
	return external{
		name: spec.AzureVault, title: "Azure Key Vault",
		keys: []Ref{
			{Key: "client-id", Purpose: "service principal that reads the vault"},
			{Key: "client-secret", Purpose: "its secret"},
		},
		section: func(s spec.Secrets) map[string]any {
			return map[string]any{"vaultUrl": s.Address, "tenantId": s.Tenant}
		},
		entry:  func(s spec.Spec, r Ref) Entry { return Entry{Name: flat(s, r.Secret+"-"+r.Key)} },
		create: set, change: set,
	}
}
