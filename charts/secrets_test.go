package charts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// cipher has the form of a sealed value; nobody decrypts it here.
var cipher = strings.Repeat("QUJD", 120)

// sealedToken is one Secret for the controller to decrypt.
func sealedToken(scope string, basicAuth bool) []any {
	return []any{map[string]any{"name": "spark-connect", "scope": scope, "basicAuth": basicAuth, "encryptedData": map[string]any{"token": cipher}}}
}

// secretsWith are the values with which a value of the chart secrets has an effect: those of its section's provider.
func secretsWith(path string) map[string]any {
	section, _, _ := strings.Cut(path, ".")
	switch section {
	case "azure", "gcp", "ibm", "vault":
		return map[string]any{"provider": section}
	case "agent", "networkPolicy", "imageRegistry", "imagePullSecrets", "avoidNodes":
		return map[string]any{"provider": "vault-agent"}
	case "sealed":
		return map[string]any{"provider": "sealed-secrets", "sealed": sealedToken("strict", false)}
	}
	switch path {
	case "store.existingSecret":
		return map[string]any{"store": map[string]any{"auth": "static"}}
	case "store.kind":
		return map[string]any{"store": map[string]any{"existing": "mine"}}
	}
	return nil
}

// secretsVariants are all ways in which Secrets are filled.
func secretsVariants() map[string]map[string]any {
	static := map[string]any{"auth": "static", "existingSecret": "store-credentials", "identity": ""}
	basic := []any{map[string]any{"name": "postgresql-metastore", "username": "metastore", "keys": []any{
		map[string]any{"key": "password", "entry": "spark/prod/postgresql-metastore", "property": "password"},
	}}}
	whole := []any{map[string]any{"name": "spark-connect", "username": "", "keys": []any{
		map[string]any{"key": "token", "entry": "spark-prod-spark-connect-token"},
	}}}
	all := map[string]map[string]any{
		"aws-identity":   {"provider": "aws"},
		"aws-static":     {"provider": "aws", "store": static, "secrets": basic},
		"azure-identity": {"provider": "azure", "secrets": whole, "store": map[string]any{"identity": "7d8cdf74-0000-0000-0000-274d963d358b"}},
		"azure-static":   {"provider": "azure", "store": static, "secrets": whole},
		"gcp-identity":   {"provider": "gcp", "store": map[string]any{"identity": "spark-secrets@example-project.iam.gserviceaccount.com"}},
		"gcp-static":     {"provider": "gcp", "store": static},
		"ibm-identity":   {"provider": "ibm", "store": map[string]any{"identity": "spark secrets"}},
		"ibm-static":     {"provider": "ibm", "store": static},
		"vault-identity": {"provider": "vault", "store": map[string]any{"identity": "spark"}, "vault": map[string]any{"caSecret": "vault-ca"}},
		"vault-static":   {"provider": "vault", "store": static},
		"existing":       {"provider": "vault", "store": map[string]any{"existing": "company", "kind": "ClusterSecretStore", "identity": ""}},
		"vault-agent":    {"provider": "vault-agent", "secrets": basic, "store": map[string]any{"identity": "spark"}, "vault": map[string]any{"caSecret": "vault-ca"}},
		"sealed-secrets": {"provider": "sealed-secrets", "sealed": sealedToken("namespace-wide", true)},
	}
	return all
}

// Every provider's objects are as they were when somebody last read them.
func TestSecretsOfEveryProvider(t *testing.T) {
	for name, values := range secretsVariants() {
		got, err := render(t, "secrets", values)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got = tidy(got)
		path := filepath.Join("testdata", "secrets", name+".yaml")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, object := range objects(t, "secrets", values) {
			if object.GetKind() == "Secret" {
				t.Errorf("%s: the chart makes the Secret %s", name, object.GetName())
			}
			nothingEmpty(t, name+" "+object.GetKind(), object.Object)
		}
	}
}

// tidy drops what templates that do nothing leave behind.
func tidy(text string) string {
	var kept []string
	for document := range strings.SplitSeq(text, "\n---\n") {
		document = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(document), "---"))
		if document != "" {
			kept = append(kept, document)
		}
	}
	return strings.Join(kept, "\n---\n") + "\n"
}

// The agent may make Secrets and change its own, and neither read nor delete any.
func TestSecretsAgentRoleIsLeast(t *testing.T) {
	for _, object := range objects(t, "secrets", secretsVariants()["vault-agent"]) {
		if object.GetKind() != "Role" {
			continue
		}
		role := as[rbacv1.Role](t, object.Object)
		want := []rbacv1.PolicyRule{
			{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"create"}},
			{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"patch"}, ResourceNames: []string{"postgresql-metastore"}},
		}
		if diff := cmp.Diff(want, role.Rules); diff != "" {
			t.Error(diff)
		}
		return
	}
	t.Error("there is no Role")
}

// TestSecretsAgentNames: the name of a Secret may be longer than what fits
// into an annotation's; the file that the agent writes then has another, and
// the program beside it knows which.
func TestSecretsAgentNames(t *testing.T) {
	long := strings.Repeat("credentials-of-the-", 6) + "lake"
	keys := []any{map[string]any{"key": "k", "entry": "spark/dev/x", "property": "k"}}
	values := map[string]any{"provider": "vault-agent", "store": map[string]any{"identity": "spark"}, "secrets": []any{
		map[string]any{"name": long, "username": "", "keys": keys}, map[string]any{"name": long + "-2", "username": "", "keys": keys},
	}}
	files := map[string]string{}
	for _, object := range objects(t, "secrets", values) {
		switch object.GetKind() {
		case "ConfigMap":
			var config struct{ Secrets []struct{ Name, File string } }
			if err := json.Unmarshal([]byte(as[corev1.ConfigMap](t, object.Object).Data["secrets.json"]), &config); err != nil {
				t.Fatal(err)
			}
			for _, s := range config.Secrets {
				files[s.File] = s.Name
			}
		case "Deployment":
			found := 0
			for name := range as[appsv1.Deployment](t, object.Object).Spec.Template.Annotations {
				if wrong := validation.IsQualifiedName(name); len(wrong) > 0 {
					t.Errorf("%s: %s", name, wrong)
				}
				if file, ok := strings.CutPrefix(name, "vault.hashicorp.com/agent-inject-secret-"); ok {
					found++
					if files[file] == "" {
						t.Errorf("the program beside the agent does not know %s, only %v", file, files)
					}
				}
			}
			if found != 2 || len(files) != 2 {
				t.Errorf("%d files for the agent, %v known", found, files)
			}
		}
	}
}

func TestSecretsSchemaRefuses(t *testing.T) {
	for name, values := range map[string]map[string]any{
		"an unknown provider": {"provider": "conjur"},
		"a value":             {"secrets": []any{map[string]any{"name": "a", "username": "", "keys": []any{map[string]any{"key": "k", "value": "v"}}}}},
		"no identity":         {"store": map[string]any{"identity": ""}},
		"no credentials":      {"store": map[string]any{"auth": "static", "existingSecret": ""}},
		"nothing sealed":      {"provider": "sealed-secrets"},
		"plain text":          {"provider": "sealed-secrets", "sealed": []any{map[string]any{"name": "a", "scope": "strict", "basicAuth": false, "encryptedData": map[string]any{"k": "hunter2"}}}},
		"a vault by http":     {"provider": "azure", "azure": map[string]any{"vaultUrl": "http://example.vault.azure.net"}},
	} {
		if _, err := render(t, "secrets", values); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
