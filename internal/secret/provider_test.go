package secret_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// from is a platform whose Secrets a provider fills.
func from(provider string) spec.Spec {
	s := spec.Default()
	s.Environment = spec.Prod
	s.Secrets.Provider, s.Secrets.Address, s.Secrets.Project, s.Secrets.Identity = provider, "https://x.vault.azure.net", "group", "me"
	return s
}

// TestEntries: where each store has a password, and what makes and changes it
// there. No command has a place for the value but its stdin.
func TestEntries(t *testing.T) {
	ref := secret.Ref{Secret: "postgresql-credentials", Key: "metastore-password"}
	const dashed = "spark-prod-postgresql-credentials"
	const path = "spark/prod/postgresql-credentials"
	tests := []struct {
		provider       string
		entry          secret.Entry
		create, change string
	}{
		{
			spec.AWS,
			secret.Entry{Name: path, Property: "metastore-password"},
			"aws secretsmanager create-secret --region us-east-1 --name " + path + " --secret-string file:///dev/stdin",
			"aws secretsmanager put-secret-value --region us-east-1 --secret-id " + path + " --secret-string file:///dev/stdin",
		},
		{
			spec.AzureVault,
			secret.Entry{Name: dashed + "-metastore-password"},
			"az keyvault secret set --vault-name x --name " + dashed + "-metastore-password --output none --file /dev/stdin",
			"az keyvault secret set --vault-name x --name " + dashed + "-metastore-password --output none --file /dev/stdin",
		},
		{
			spec.GoogleSecrets,
			secret.Entry{Name: dashed, Property: "metastore-password"},
			"gcloud secrets create " + dashed + " --project group --replication-policy automatic --data-file -",
			"gcloud secrets versions add " + dashed + " --project group --data-file -",
		},
		{
			spec.IBM,
			secret.Entry{Name: "group/kv/" + dashed, Property: "metastore-password"},
			"ibmcloud secrets-manager secret-create --service-url https://x.vault.azure.net --secret-prototype @/dev/stdin",
			"ibmcloud secrets-manager secret-version-create --service-url https://x.vault.azure.net --secret-id ID --secret-version-prototype @/dev/stdin",
		},
		{
			spec.Vault,
			secret.Entry{Name: path, Property: "metastore-password"},
			"VAULT_ADDR=https://x.vault.azure.net vault kv put -mount=secret " + path + " -",
			"VAULT_ADDR=https://x.vault.azure.net vault kv put -mount=secret " + path + " -",
		},
		{
			spec.VaultAgent,
			secret.Entry{Name: path, Property: "metastore-password"},
			"VAULT_ADDR=https://x.vault.azure.net vault kv put -mount=secret " + path + " -",
			"VAULT_ADDR=https://x.vault.azure.net vault kv put -mount=secret " + path + " -",
		},
		{
			spec.SealedSecrets,
			secret.Entry{Name: "postgresql-credentials", Property: "metastore-password"},
			"sparkwiz secrets seal", "sparkwiz secrets seal --renew",
		},
	}
	if len(tests) != len(secret.Providers()) {
		t.Errorf("%d providers, %d tested", len(secret.Providers()), len(tests))
	}
	for _, tt := range tests {
		s := from(tt.provider)
		p, ok := secret.Chosen(s)
		if !ok {
			t.Errorf("%s is no provider", tt.provider)
			continue
		}
		e := p.Entry(s, ref)
		got := []string{e.Name, e.Property, p.Create(s, e), p.Change(s, e)}
		if diff := cmp.Diff([]string{tt.entry.Name, tt.entry.Property, tt.create, tt.change}, got); diff != "" {
			t.Errorf("%s: %s", tt.provider, diff)
		}
	}
	if _, ok := secret.Chosen(spec.Default()); ok {
		t.Error("generated values have a provider")
	}
}

// TestClaim: a provider fills also what the user would make, but never what
// opens its own store.
func TestClaim(t *testing.T) {
	s := from(spec.AWS)
	s.Secrets.Auth, s.Secrets.Secret = spec.Static, "store-keys"
	p, _ := secret.Chosen(s)
	refs := secret.Claim(p, []secret.Ref{{Secret: "s3", Key: "access-key", Yours: true}, {Secret: "spark-connect", Key: "token"}})
	for _, r := range refs {
		if r.From != spec.AWS || r.Yours {
			t.Errorf("%+v is not filled by AWS", r)
		}
	}
	opens := p.Credentials(s.Secrets)
	if len(opens) != 2 || !opens[0].Yours || opens[0].From != "" || opens[0].Secret != "store-keys" {
		t.Errorf("what opens the store: %+v", opens)
	}
	entries, holds := secret.Entries(p, s, append(refs, opens...))
	if len(entries) != 2 || len(holds[0]) != 1 || holds[0][0].Key != "access-key" {
		t.Errorf("entries %+v hold %+v", entries, holds)
	}
	s.Secrets.Store = "company"
	if got := p.Credentials(s.Secrets); got != nil {
		t.Errorf("somebody else's store needs %+v", got)
	}
}

const file = `# a comment of ours
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: spark-connect, namespace: spark}
spec: {encryptedData: {token: QUJD}, template: {metadata: {name: spark-connect, namespace: spark}}}
`

func TestUnsealed(t *testing.T) {
	refs := []secret.Ref{
		{Secret: "spark-connect", Key: "token", From: spec.SealedSecrets},
		{Secret: "jupyter", Key: "token", From: spec.SealedSecrets},
		{Secret: "theirs", Key: "x", Yours: true},
	}
	open := func(change func(*spec.Spec)) string {
		s := from(spec.SealedSecrets)
		s.Secrets.Sealed = file
		change(&s)
		var names []string
		for _, r := range secret.Unsealed(s, refs) {
			names = append(names, r.Secret)
		}
		return strings.Join(names, " ")
	}
	if got := open(func(*spec.Spec) {}); got != "jupyter" {
		t.Errorf("open: %q", got)
	}
	if got := open(func(s *spec.Spec) { s.Namespace = "other" }); got != "spark-connect jupyter" {
		t.Errorf("sealed for another namespace, open: %q", got)
	}
	wide := strings.Replace(file, "namespace: spark}\n", `annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}}`+"\n", 1)
	if got := open(func(s *spec.Spec) { s.Namespace, s.Secrets.Sealed = "other", wide }); got != "jupyter" {
		t.Errorf("sealed for the whole cluster, open: %q", got)
	}
}

func TestParseSealedRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"kind: Secret\nmetadata: {name: a}\nspec: {encryptedData: {a: b}}": "document 1 is a Secret",
		file + "---\nkind: SealedSecret\nspec: {encryptedData: {a: b}}":    "document 2 has no name",
		file + strings.TrimPrefix(file, "# a comment of ours\n"):           "spark-connect is sealed twice",
		file + "---\n{": "document 2: ",
	} {
		if _, err := secret.ParseSealed(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
