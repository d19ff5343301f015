package secrets_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestAgentKeepsSecrets runs the program beside Vault's agent against the API
// server, with the rights that the chart gives it and with files as the agent
// writes them: there is no kubelet here that could inject the agent itself.
func TestAgentKeepsSecrets(t *testing.T) {
	w := open(t)
	namespace := w.namespace("agent")
	config := t.TempDir()
	for _, o := range documents(t, "../../charts/testdata/secrets/vault-agent.yaml") {
		switch o.GetKind() {
		case "ServiceAccount", "Role", "RoleBinding":
			o.SetNamespace(namespace)
			if o.GetKind() == "RoleBinding" {
				o.Object["subjects"] = []any{map[string]any{"kind": "ServiceAccount", "name": "secrets-agent", "namespace": namespace}}
			}
			if _, err := w.resource(o).Create(t.Context(), o, metav1.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
		case "ConfigMap":
			for name, text := range o.Object["data"].(map[string]any) {
				write(t, filepath.Join(config, name), text.(string))
			}
		}
	}
	account, files, state := w.account(namespace, "secrets-agent"), t.TempDir(), t.TempDir()
	run := func(wrong bool) string {
		t.Helper()
		cmd := exec.Command("python3", filepath.Join(config, "keep.py"))
		cmd.Env = append(os.Environ(), "ONCE=1", "NAMESPACE="+namespace, "API_SERVER="+w.config.Host, "ACCOUNT_DIR="+account, "FILES_DIR="+files, "CONFIG_DIR="+config, "STATE_DIR="+state)
		out, err := cmd.CombinedOutput()
		if (err != nil) != wrong {
			t.Fatalf("keep.py: %v\n%s", err, out)
		}
		if strings.Contains(string(out), "canary") {
			t.Errorf("a value is in the log: %s", out)
		}
		return string(out)
	}
	look := func() *corev1.Secret {
		t.Helper()
		s, err := w.client.CoreV1().Secrets(namespace).Get(context.Background(), "postgresql-metastore", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	file := filepath.Join(files, "postgresql-metastore.json")

	if out := run(true); !strings.Contains(out, "postgresql-metastore: ") {
		t.Errorf("no file yet: %s", out)
	}
	value, _ := json.Marshal(map[string]string{"password": "canary-\"one\"\n"})
	write(t, file, string(value))
	run(false)
	if s := look(); string(s.Data["password"]) != "canary-\"one\"\n" || string(s.Data["username"]) != "metastore" || s.Type != corev1.SecretTypeBasicAuth {
		t.Errorf("the Secret is not as the file: type %s, keys %d", s.Type, len(s.Data))
	}
	write(t, file, `{"password": "canary-two"}`)
	run(false)
	if s := look(); string(s.Data["password"]) != "canary-two" {
		t.Error("the new value did not arrive")
	}
	// A Secret that somebody has deleted comes back, though the file is as it was: moving here from External Secrets deletes those
	// that it owned.
	staying := exec.CommandContext(t.Context(), "python3", filepath.Join(config, "keep.py"))
	staying.Env = append(os.Environ(), "INTERVAL_SECONDS=1", "NAMESPACE="+namespace, "API_SERVER="+w.config.Host, "ACCOUNT_DIR="+account, "FILES_DIR="+files, "CONFIG_DIR="+config, "STATE_DIR="+state)
	if err := staying.Start(); err != nil {
		t.Fatal(err)
	}
	exists := func() error {
		_, err := w.client.CoreV1().Secrets(namespace).Get(t.Context(), "postgresql-metastore", metav1.GetOptions{})
		return err
	}
	_ = os.Remove(filepath.Join(state, "kept"))
	w.until("the first look", func() error { _, err := os.Stat(filepath.Join(state, "kept")); return err })
	if err := w.client.CoreV1().Secrets(namespace).Delete(t.Context(), "postgresql-metastore", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	w.until("the Secret comes back", exists)
	_ = staying.Process.Kill()
	_ = staying.Wait()
	// What Vault does not have would leave an empty password behind.
	for text, want := range map[string]string{
		`{"password": ""}`:     "Vault has no value for password",
		`{"password": null}`:   "Vault has no value for password",
		`{"password": "canary`: "the agent's file is not JSON",
	} {
		write(t, file, text)
		if out := run(true); !strings.Contains(out, want) {
			t.Errorf("%s: %s", text, out)
		}
		if s := look(); string(s.Data["password"]) != "canary-two" {
			t.Errorf("%s replaced the value", text)
		}
	}
	// Its rights end at the Secrets of the list.
	text, err := os.ReadFile(filepath.Join(config, "secrets.json"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(config, "secrets.json"), strings.ReplaceAll(string(text), "postgresql-metastore", "somebody-elses"))
	write(t, filepath.Join(files, "somebody-elses.json"), `{"password": "canary"}`)
	if out := run(true); !strings.Contains(out, "refuses it: 403") {
		t.Errorf("a Secret that is not listed: %s", out)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
