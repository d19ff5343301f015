package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The canaries: values that nobody may see but who reads the Secret.
const (
	canaryID  = "canary-4711-access"
	canaryKey = "canary-4712-secret"
)

// account is the directory that a kubelet would mount into a pod of a
// ServiceAccount.
func (w *world) account(namespace, name string) string {
	w.t.Helper()
	token, err := w.client.CoreV1().ServiceAccounts(namespace).CreateToken(context.Background(), name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	dir := w.t.TempDir()
	for file, data := range map[string][]byte{"token": []byte(token.Status.Token), "ca.crt": w.config.CAData, "namespace": []byte(namespace)} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return dir
}

// server is where the API server listens.
func (w *world) server() *url.URL {
	w.t.Helper()
	u, err := url.Parse(w.config.Host)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// controller runs the real Sealed Secrets controller as a process that takes
// itself for one in a pod: what a kubelet mounts is mounted in a mount
// namespace of its own.
func (w *world) controller() {
	w.t.Helper()
	const namespace = "sealed-secrets"
	w.namespace(namespace)
	if _, err := w.client.CoreV1().ServiceAccounts(namespace).Create(context.Background(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "controller"}}, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "sealed-secrets-test"},
		RoleRef:    rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: "controller", Namespace: namespace}},
	}
	if _, err := w.client.RbacV1().ClusterRoleBindings().Create(context.Background(), binding, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = w.client.RbacV1().ClusterRoleBindings().Delete(context.Background(), binding.Name, metav1.DeleteOptions{})
	})
	dir, at := w.account(namespace, "controller"), w.server()
	script := `mkdir -p /run/secrets && mount -t tmpfs none /run/secrets && mkdir -p /run/secrets/kubernetes.io/serviceaccount &&
		cp "$0"/* /run/secrets/kubernetes.io/serviceaccount && exec "$1" --key-renew-period 0`
	cmd := exec.Command("unshare", "--mount", "--map-root-user", "--propagation", "private", "sh", "-c", script, dir, from(w.t, "SEALED_CONTROLLER"))
	cmd.Env = append(os.Environ(), "KUBERNETES_SERVICE_HOST="+at.Hostname(), "KUBERNETES_SERVICE_PORT="+at.Port(), "POD_NAMESPACE="+namespace)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if w.t.Failed() {
			w.t.Log(log.String())
		}
	})
	w.until("the controller hands out its certificate", func() error {
		r, err := http.Get("http://localhost:8080/v1/cert.pem")
		if err != nil {
			return err
		}
		defer r.Body.Close()
		data, err := io.ReadAll(r.Body)
		if err == nil && !bytes.Contains(data, []byte("CERTIFICATE")) {
			return errors.New(r.Status)
		}
		return err
	})
	w.service(namespace)
}

// service lets the API server reach the controller, as its chart does.
func (w *world) service(namespace string) {
	w.t.Helper()
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "sealed-secrets-controller"},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 8080}}},
	}
	if _, err := w.client.CoreV1().Services(namespace).Create(context.Background(), service, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	// The API server forwards to addresses of pods only, and still reads Endpoints, which a selector would have made.
	yes, no, user := true, false, int64(1000)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "controller"}, Spec: corev1.PodSpec{
		SchedulerName: "nobody", // It stands for the process.
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: &yes, RunAsUser: &user, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Containers: []corev1.Container{{Name: "controller", Image: "none", SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: &no, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		}}},
	}}
	made, err := w.client.CoreV1().Pods(namespace).Create(context.Background(), pod, metav1.CreateOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	own := ownAddress(w.t)
	made.Status.Phase, made.Status.PodIP, made.Status.PodIPs = corev1.PodRunning, own, []corev1.PodIP{{IP: own}}
	if _, err := w.client.CoreV1().Pods(namespace).UpdateStatus(context.Background(), made, metav1.UpdateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	at := &corev1.Endpoints{ //nolint:staticcheck // as above
		ObjectMeta: metav1.ObjectMeta{Name: "sealed-secrets-controller"},
		Subsets: []corev1.EndpointSubset{{ //nolint:staticcheck // as above
			Addresses: []corev1.EndpointAddress{{IP: own, TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: namespace, Name: pod.Name}}},
			Ports:     []corev1.EndpointPort{{Name: "http", Port: 8080}},
		}},
	}
	if _, err := w.client.CoreV1().Endpoints(namespace).Create(context.Background(), at, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

// ownAddress is this machine's, but not the loopback's, which no endpoint may
// have.
func ownAddress(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			return n.IP.String()
		}
	}
	t.Skip("this machine has no address but the loopback's")
	return ""
}

const answers = `cluster: {context: %s}
name: sealed
namespace: sealed
environment: dev
secrets: {provider: sealed-secrets, install: false, scope: %s}
storage: {mode: external, bucket: lake, endpoint: "http://store.example.com:9000", pathStyle: true, secret: s3-keys}
gpu: {enabled: false}
iceberg: {enabled: true}
observability: {mode: "off"}
dr: {enabled: false}
`

// TestSealed: a whole run with the real controller. What was typed arrives in
// the Secrets that pods read, a rotation brings another value and new pods,
// and nothing on the way has shown a value to anybody.
func TestSealed(t *testing.T) {
	w := open(t)
	w.definitions()
	w.controller()
	file := filepath.Join(w.home, "answers.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, answers, from(t, "SPARKWIZ_TEST_CONTEXT"), "strict"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(stdin string, args ...string) string {
		t.Helper()
		out, err := w.sparkwiz(stdin, append(args, "-f", file)...)
		if err != nil {
			t.Fatalf("sparkwiz %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	t.Cleanup(func() {
		_, _ = w.sparkwiz("", "uninstall", "--purge", "--yes", "-f", file)
		_ = w.client.CoreV1().Namespaces().Delete(context.Background(), "sealed", metav1.DeleteOptions{})
	})

	// Before anything is sealed nothing is installed.
	if out, err := w.sparkwiz("", "apply", "--yes", "-f", file); err == nil || !strings.Contains(out, "are not sealed for namespace sealed yet") {
		t.Fatalf("an apply without sealed values: %v\n%s", err, out)
	}
	// The order is that of the plan: what only people know is typed, Enter makes the rest.
	var typed strings.Builder
	for line := range strings.Lines(run("", "secrets", "-o", "text")) {
		switch {
		case strings.HasPrefix(line, "s3-keys/access-key"):
			typed.WriteString(canaryID + "\n")
		case strings.HasPrefix(line, "s3-keys/secret-key"):
			typed.WriteString(canaryKey + "\n")
		default:
			typed.WriteString("\n")
		}
	}
	run(typed.String(), "secrets", "seal")
	check := run("", "secrets", "check")
	for _, want := range []string{"✓ api", "✓ certificate", "✓ sealed"} {
		if !strings.Contains(check, want) {
			t.Errorf("secrets check lacks %q:\n%s", want, check)
		}
	}
	run("", "plan", "-o", "json")
	run("", "render", "-o", "text")
	run("", "apply", "--yes", "-o", "json")
	got, err := w.client.CoreV1().Secrets("sealed").Get(t.Context(), "s3-keys", metav1.GetOptions{})
	if err != nil || string(got.Data["access-key"]) != canaryID || string(got.Data["secret-key"]) != canaryKey {
		t.Fatalf("what was typed is not in the Secret (%v)", err)
	}
	if owners := got.OwnerReferences; len(owners) != 1 || owners[0].Kind != "SealedSecret" {
		t.Errorf("the Secret is not the controller's: %v", owners)
	}
	w.readBySparkPods(t, "sealed")
	run("", "status")

	// A second run writes nothing, so the releases stay at their revisions.
	before := w.releases(t, "sealed")
	run("", "apply", "--yes")
	if after := w.releases(t, "sealed"); after != before {
		t.Errorf("a second apply wrote releases: %s, then %s", before, after)
	}
	// A lost file must not take the Secrets away from a platform that runs.
	kept := filepath.Join(w.home, "sealed-secrets.yaml")
	if err := os.Rename(kept, kept+".lost"); err != nil {
		t.Fatal(err)
	}
	if out, err := w.sparkwiz("", "apply", "--yes", "-f", file); err == nil || !strings.Contains(out, "are not sealed") || w.releases(t, "sealed") != before {
		t.Errorf("an apply without the file: %v\n%s", err, out)
	}
	if err := os.Rename(kept+".lost", kept); err != nil {
		t.Fatal(err)
	}
	w.rotates(t, run)
	if _, err := w.sparkwiz("", "secrets", "rotate", "postgresql-credentials/postgres-password", "--yes", "-f", file); err == nil {
		t.Error("the superuser's password was rotated")
	}
	run("", "secrets", "list")
	w.nobodySaw(t, "sealed", canaryID, canaryKey)
}

// readBySparkPods: the Connect server's pod template names the Secret, and a
// pod of it runs.
func (w *world) readBySparkPods(t *testing.T, namespace string) {
	t.Helper()
	pods, err := w.client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=spark-connect"})
	if err != nil || len(pods.Items) == 0 {
		t.Fatalf("no Connect server: %v", err)
	}
	for _, c := range pods.Items[0].Spec.Containers {
		for _, v := range c.Env {
			if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil && v.ValueFrom.SecretKeyRef.Name == "s3-keys" {
				t.Logf("pod %s (%s) reads %s from s3-keys", pods.Items[0].Name, pods.Items[0].Status.Phase, v.Name)
				return
			}
		}
	}
	t.Error("the Connect server does not read s3-keys")
}

// rotates gives the token a new value.
func (w *world) rotates(t *testing.T, run func(string, ...string) string) {
	t.Helper()
	look := func() (string, string) {
		s, err := w.client.CoreV1().Secrets("sealed").Get(t.Context(), "spark-connect", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := w.client.AppsV1().Deployments("sealed").Get(t.Context(), "spark-41-connect", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return string(s.Data["token"]), d.Spec.Template.Annotations["sparkwiz.dev/restarted-at"]
	}
	token, restarted := look()
	run("\n", "secrets", "rotate", "spark-connect/token", "--yes")
	again, anew := look()
	if again == token || anew == restarted {
		t.Errorf("rotated: another token %t, another pod template %t", again != token, anew != restarted)
	}
	w.nobodySaw(t, "sealed", token, again)
}

// releases are Helm's records with their revisions.
func (w *world) releases(t *testing.T, namespace string) string {
	t.Helper()
	all, err := w.client.CoreV1().Secrets(namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "owner=helm"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all.Items {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}
