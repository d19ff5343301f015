package deploy

import (
	"context"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func makeNamespace(t *testing.T, c *kube.Cluster, name string, labels map[string]string) {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	if _, err := c.Client.CoreV1().Namespaces().Create(context.Background(), ns, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// mustRefuse applies and wants a fault of a kind that mentions all the words,
// before the first write.
func mustRefuse(t *testing.T, wire *traffic, err error, kind fault.Kind, words ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Fatalf("error %v of kind %d, want kind %d", err, fault.KindOf(err), kind)
	}
	text := err.Error() + "\n" + strings.Join(fault.Hints(err), "\n")
	t.Log(text)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the error does not mention %q", w)
		}
	}
	for _, w := range wire.list() {
		if !strings.Contains(w, "reviews") {
			t.Errorf("it wrote: %s", w)
		}
	}
}

func TestForeignNamespace(t *testing.T) {
	c, _ := cluster(t)
	for name, labels := range map[string]map[string]string{"nobody": nil, "other": {platformLabel: "somebody"}} {
		t.Run(name, func(t *testing.T) {
			p := quickstart(t, nil)
			clean(t, c, p)
			makeNamespace(t, c, p.Namespace, labels)
			var wire traffic
			_, err := apply(t, wire.watch(t, c), p, nil)
			mustRefuse(t, &wire, err, fault.Failed, "namespace "+p.Namespace, "kubectl label namespace "+p.Namespace+" --overwrite sparkwiz.dev/platform="+p.Name, "--set namespace=")
		})
	}
}

func TestHandedOverNamespace(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	makeNamespace(t, c, p.Namespace, map[string]string{platformLabel: p.Name})
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	ns, err := c.Client.CoreV1().Namespaces().Get(context.Background(), p.Namespace, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if ns.Labels[managerLabel] != "" {
		t.Errorf("the labels of somebody's namespace were changed: %v", ns.Labels)
	}
}

func TestYoursSecretIsMissing(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, func(s *spec.Spec) {
		s.Storage.Mode, s.Storage.Endpoint, s.Storage.Secret = spec.External, "https://s3.example.com", "my-keys"
	})
	clean(t, c, p)
	makeNamespace(t, c, p.Namespace, map[string]string{platformLabel: p.Name})
	var wire traffic
	_, err := apply(t, wire.watch(t, c), p, nil)
	mustRefuse(t, &wire, err, fault.Failed, "my-keys", "kubectl -n "+p.Namespace+" create secret generic my-keys --from-file=access-key=FILE --from-file=secret-key=FILE")
}

func TestForeignObject(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	makeNamespace(t, c, p.Namespace, map[string]string{platformLabel: p.Name})
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "postgresql"}, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 5432}}}}
	if _, err := c.Client.CoreV1().Services(p.Namespace).Create(context.Background(), service, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	var wire traffic
	_, err := apply(t, wire.watch(t, c), p, nil)
	mustRefuse(t, &wire, err, fault.Failed, "service/postgresql exists", "does not belong to release postgresql")
}

func TestDryRunRefuses(t *testing.T) {
	c, _ := cluster(t)
	for name, there := range map[string]bool{"absent": false, "present": true} {
		t.Run(name, func(t *testing.T) {
			p := quickstart(t, nil)
			clean(t, c, p)
			if there {
				makeNamespace(t, c, p.Namespace, map[string]string{platformLabel: p.Name})
			}
			plannedRelease(t, p, "postgresql").Values["resources"] = map[string]any{
				"requests": map[string]any{"memory": "2Gi"}, "limits": map[string]any{"memory": "1Gi"},
			}
			var wire traffic
			_, err := apply(t, wire.watch(t, c), p, nil)
			if err == nil || !strings.Contains(err.Error(), "would refuse statefulset/postgresql") || !strings.Contains(err.Error(), "less than or equal to memory limit") {
				t.Fatalf("error: %v", err)
			}
			t.Log(err)
			for _, w := range wire.list() {
				if !strings.Contains(w, "reviews") && !strings.Contains(w, "dryRun=All") {
					t.Errorf("it wrote: %s", w)
				}
			}
		})
	}
}

// as is the cluster as another user sees it.
func as(t *testing.T, c *kube.Cluster, user string) *kube.Cluster {
	t.Helper()
	config := rest.CopyConfig(c.Config)
	config.Impersonate.UserName = user
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return &kube.Cluster{Context: c.Context, Config: config, Client: client}
}

// TestRights installs as a user who may do nothing,
// then applies the Role that was printed, and installs.
func TestRights(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	makeNamespace(t, c, p.Namespace, map[string]string{platformLabel: p.Name})
	var wire traffic
	anna := as(t, c, "anna")
	_, err := apply(t, wire.watch(t, anna), p, nil)
	mustRefuse(t, &wire, err, fault.Denied, "kind: Role", `name: "anna"`, "statefulsets")

	hint := strings.Join(fault.Hints(err), "\n")
	_, text, _ := strings.Cut(hint, "an administrator\n")
	text, _, _ = strings.Cut(text, "\nEOF")
	var role rbacv1.Role
	if err := yaml.Unmarshal([]byte(strings.Split(text, "\n---\n")[0]), &role); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	grant(t, c, p.Namespace, &role, "anna")
	if _, err := apply(t, anna, p, nil); err != nil {
		t.Fatal(err)
	}
}

// grant gives a user a Role, and waits until the API server has seen it.
func grant(t *testing.T, c *kube.Cluster, namespace string, role *rbacv1.Role, user string) {
	t.Helper()
	ctx := context.Background()
	if _, err := c.Client.RbacV1().Roles(namespace).Create(ctx, role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}},
	}
	if _, err := c.Client.RbacV1().RoleBindings(namespace).Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	first := role.Rules[0]
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{
		Namespace: namespace, Verb: first.Verbs[0], Group: first.APIGroups[0], Resource: first.Resources[0],
	}}}
	waitFor(t, user+" to have the Role "+role.Name, func() bool {
		answer, err := c.Client.AuthorizationV1().SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		return err == nil && answer.Status.Allowed
	})
}

// TestUnreachable is about a cluster that is not there.
func TestUnreachable(t *testing.T) {
	c := &kube.Cluster{Context: "nowhere", Config: &rest.Config{Host: "https://127.0.0.1:1"}}
	client, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	c.Client = client
	err = Preflight(context.Background(), Options{Plan: quickstart(t, nil), Cluster: c})
	mustRefuse(t, &traffic{}, err, fault.Failed, "nothing answers at https://127.0.0.1:1")
}
