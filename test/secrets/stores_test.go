package secrets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestStores takes one platform on a real node through the stores: the real
// External Secrets reads a real Vault and an emulator of AWS, then Vault's own
// agent takes over. After each move and each rotation the value is looked for
// in the container that runs. hack/e2e/secrets.sh starts the stores.
func TestStores(t *testing.T) {
	w := open(t)
	p := w.platform(from(t, "SPARKWIZ_TEST_NAMESPACE"))
	for _, stage := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"vault, by a wrong token and the right one", p.vaultByToken},
		{"vault, by identity", p.vaultByIdentity},
		{"vault-agent", p.vaultAgent},
		{"aws, by keys", p.awsByKeys},
		{"aws, by identity", p.awsByIdentity},
	} {
		began := time.Now()
		if !t.Run(stage.name, stage.run) {
			t.Fatal("the stages that follow stand on this one")
		}
		t.Logf("%s: %s", stage.name, time.Since(began).Round(time.Second))
	}
	w.t = t
	w.nobodySaw(t, p.namespace, p.canaries...)
}

// platform is one on the real node.
type platform struct {
	w               *world
	t               *testing.T
	namespace, file string
	canaries        []string
}

// platform makes the namespace as somebody does who has to put Secrets into it
// before the first apply.
func (w *world) platform(namespace string) *platform {
	w.t.Helper()
	w.namespace(namespace)
	label := fmt.Appendf(nil, `{"metadata": {"labels": {"sparkwiz.dev/platform": %q}}}`, namespace)
	if _, err := w.client.CoreV1().Namespaces().Patch(w.t.Context(), namespace, "application/merge-patch+json", label, metav1.PatchOptions{}); err != nil {
		w.t.Fatal(err)
	}
	p := &platform{w: w, t: w.t, namespace: namespace, file: filepath.Join(w.home, "answers.yaml")}
	outer := w.t
	w.t.Cleanup(func() {
		w.t = outer // That of a stage is over.
		_, _ = w.sparkwiz("", "uninstall", "--purge", "--yes", "--confirm", namespace, "-f", p.file)
	})
	return p
}

// vaultByToken installs the platform. While the token is wrong, the check
// names the store and the apply waits; with the right one it goes on by itself.
func (p *platform) vaultByToken(t *testing.T) {
	t.Helper()
	p.in(t)
	p.own("vault-ca", "ca.crt", read(t, from(t, "VAULT_CACERT")))
	p.own("vault-token", "token", "hvs.ofnouse")
	p.answer(p.vault("vault", "auth: static, secret: vault-token"))
	if plan := p.run("plan"); !strings.Contains(plan, "External Secrets is here already: used, not installed") {
		t.Errorf("External Secrets is not adopted:\n%s", plan)
	}
	if check := p.run("secrets", "check"); !strings.Contains(check, "the store would be accepted") {
		t.Errorf("before the first apply:\n%s", check)
	}
	p.fill("the store is empty", func(l line) string { return l.Create }, func(key string) string { return p.canary(key + "-one") })
	applied := make(chan error, 1)
	go func() {
		out, err := p.w.sparkwiz("", "apply", "--yes", "-f", p.file)
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		applied <- err
	}()
	p.w.until("the check names the store", func() error {
		out, err := p.w.sparkwiz("", "secrets", "check", "-f", p.file)
		if err == nil || !strings.Contains(out, "✗ store") || !strings.Contains(out, "secrets-store is not ready") {
			return errors.Join(err, errors.New(out))
		}
		t.Logf("with a wrong token:\n%s", out)
		return nil
	})
	p.own("vault-token", "token", p.canary(strings.TrimSpace(read(t, from(t, "VAULT_SPARK_TOKEN_FILE")))))
	if err := <-applied; err != nil {
		t.Fatal(err)
	}
	p.ready(t)
	p.runs(t, "token-one")
}

// vaultByIdentity: Vault asks this cluster whose token it is shown.
func (p *platform) vaultByIdentity(t *testing.T) {
	t.Helper()
	p.in(t)
	p.answer(p.vault("vault", "auth: identity, identity: spark"))
	p.run("apply", "--yes")
	p.ready(t)
	p.rotates(t, "token-two", "token-one")
}

// vaultAgent: External Secrets goes, and with its objects the Secrets that
// they own; the agent makes them anew.
func (p *platform) vaultAgent(t *testing.T) {
	t.Helper()
	p.in(t)
	p.answer(strings.Replace(p.vault("vault-agent", "identity: spark"), "install: true", "install: false", 1))
	p.w.injector(from(t, "SPARKWIZ_TEST_ADDRESS"), from(t, "VAULT_AGENT_IMAGE"), p.namespace)
	if check := p.run("secrets", "check"); !strings.Contains(check, "✓ injector") {
		t.Errorf("the injector is not seen:\n%s", check)
	}
	p.run("apply", "--yes")
	p.runs(t, "token-two")
	s, err := p.w.client.CoreV1().Secrets(p.namespace).Get(t.Context(), "spark-connect", metav1.GetOptions{})
	if err != nil || s.Labels["app.kubernetes.io/managed-by"] != "sparkwiz" || len(s.OwnerReferences) > 0 {
		t.Errorf("the Secret is not the agent's: %v %v %v", s.Labels, s.OwnerReferences, err)
	}
	p.rotates(t, "token-three", "token-two")
}

// awsByKeys moves the present values into another store, and what runs sees no
// difference. External Secrets takes over the Secrets that are there.
func (p *platform) awsByKeys(t *testing.T) {
	t.Helper()
	p.in(t)
	before := p.server(t).UID
	p.own("aws-keys", "access-key-id", "AKIAIOSFODNN7EXAMPLE", "secret-access-key", p.canary("aws"))
	p.answer("provider: aws, install: true, region: eu-west-1, auth: static, secret: aws-keys")
	p.fill("as it is now", func(l line) string { return l.Create }, p.present)
	p.run("apply", "--yes")
	p.ready(t)
	if after := p.server(t).UID; after != before {
		t.Error("the Connect server was started again, though no value is another")
	}
	p.runs(t, "token-three")
}

// awsByIdentity: AWS is told who asks by a token of the ServiceAccount.
func (p *platform) awsByIdentity(t *testing.T) {
	t.Helper()
	p.in(t)
	p.answer("provider: aws, install: true, region: eu-west-1, auth: identity, identity: \"arn:aws:iam::123456789012:role/spark-secrets\"")
	p.run("apply", "--yes")
	p.ready(t)
	p.rotates(t, "token-four", "token-three")
}

// rotates changes the token in the store, with the line that is printed for
// it, and has it arrive.
func (p *platform) rotates(t *testing.T, after, before string) {
	t.Helper()
	p.fill("another token", func(l line) string { return l.Change }, func(key string) string {
		if key == "token" {
			return p.canary(after)
		}
		return p.present(key)
	})
	p.run("secrets", "rotate", "spark-connect/token", "--yes")
	p.runs(t, after)
	if out, err := p.query(t, before); err == nil || !strings.Contains(out, "nauthenticated") && !strings.Contains(out, "UNAUTHENTICATED") {
		t.Errorf("the old token is not refused: %v\n%s", err, out)
	}
}

// ready: the check finds the store open, and every entry has arrived.
func (p *platform) ready(t *testing.T) {
	t.Helper()
	if check := p.run("secrets", "check"); !strings.Contains(check, "✓ store") || strings.Contains(check, "✗") {
		t.Errorf("the store is not open:\n%s", check)
	}
}

// line is one entry as `secrets list` has it.
type line struct {
	Entry, Create, Change string
	Holds                 []struct{ Secret, Key string }
}

// fill runs the lines that `secrets list` prints, as somebody would, with the
// values typed in.
func (p *platform) fill(why string, which func(line) string, value func(key string) string) {
	p.t.Helper()
	var all []line
	if err := json.Unmarshal([]byte(p.run("secrets", "list", "-o", "json")), &all); err != nil || len(all) == 0 {
		p.t.Fatalf("%d entries: %v", len(all), err)
	}
	for _, l := range all {
		var typed strings.Builder
		for _, h := range l.Holds {
			typed.WriteString(value(h.Key) + "\n")
		}
		out, err := p.w.command(typed.String(), "bash", "-c", "set -o pipefail; "+which(l))
		if err != nil {
			p.t.Fatalf("%s: %s: %v\n%s", why, which(l), err, out)
		}
		p.t.Logf("%s: %s", why, which(l))
	}
}

// in has failures said where they belong.
func (p *platform) in(t *testing.T) {
	t.Helper()
	p.t, p.w.t = t, t
}

func (p *platform) answer(secrets string) {
	p.t.Helper()
	text := fmt.Sprintf("cluster: {context: %s}\nname: %[2]s\nnamespace: %[2]s\nenvironment: dev\ngpu: {enabled: false}\niceberg: {enabled: false}\n"+
		"observability: {mode: \"off\"}\ndr: {enabled: false}\nstorage: {mode: in-cluster}\nspark: {history: false, executor: {min: 0, max: 1}}\nsecrets: {%[3]s}\n", from(p.t, "SPARKWIZ_TEST_CONTEXT"), p.namespace, secrets)
	write(p.t, p.file, text)
}

func (p *platform) vault(provider, more string) string {
	return fmt.Sprintf("provider: %s, install: true, address: %q, mount: secret, ca: vault-ca, path: spark, %s", provider, from(p.t, "VAULT_ADDR"), more)
}

func (p *platform) run(args ...string) string {
	p.t.Helper()
	out, err := p.w.sparkwiz("", append(args, "-f", p.file)...)
	if err != nil {
		p.t.Fatalf("sparkwiz %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// own makes a Secret as the user does: keys and values in turns.
func (p *platform) own(name string, pairs ...string) {
	p.t.Helper()
	data := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		data[pairs[i]] = pairs[i+1]
	}
	secrets := p.w.client.CoreV1().Secrets(p.namespace)
	_ = secrets.Delete(p.t.Context(), name, metav1.DeleteOptions{})
	if _, err := secrets.Create(p.t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: data}, metav1.CreateOptions{}); err != nil {
		p.t.Fatal(err)
	}
}

// canary is a value to look for in the end.
func (p *platform) canary(of string) string {
	value := of
	if !strings.HasPrefix(of, "hvs.") {
		value = "canary" + strings.ReplaceAll(of, "-", "")
	}
	p.canaries = append(p.canaries, value)
	return value
}

// present is the value of a key that the platform runs with.
func (p *platform) present(key string) string {
	p.t.Helper()
	for _, name := range []string{"spark-connect", "object-store-credentials"} {
		s, err := p.w.client.CoreV1().Secrets(p.namespace).Get(p.t.Context(), name, metav1.GetOptions{})
		if err != nil {
			p.t.Fatal(err)
		}
		if value, ok := s.Data[key]; ok {
			return string(value)
		}
	}
	p.t.Fatalf("nothing has a key %s", key)
	return ""
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
