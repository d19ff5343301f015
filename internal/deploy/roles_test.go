package deploy

import (
	"context"
	"net/http"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// TestRightsUpstream: a user who administers one namespace is told which
// rights outside of it a chart of others needs, and they are enough.
func TestRightsUpstream(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := guarded(t, platformName(t))
	widgets := settle(t, e.plan.Name, "widgets")
	e.plan.Releases = append(e.plan.Releases, widgets.plan.Releases...)
	e.charts["widgets"] = widgets.charts["widgets"]
	e.clean(t, c)
	g := newGuardian(t)
	g.start()
	e.release(t, "guarded").Values["webhook"] = map[string]any{"url": g.url, "caBundle": g.ca}
	makeNamespace(t, c, e.plan.Namespace, map[string]string{platformLabel: e.plan.Name, managerLabel: manager})
	user := "anna-of-" + e.plan.Name
	all := rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}}
	grant(t, c, e.plan.Namespace, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "admin"}, Rules: []rbacv1.PolicyRule{all}}, user)
	anna := as(t, c, user)
	var wire traffic
	_, err := e.apply(t, wire.watch(t, anna), nil)
	mustRefuse(t, &wire, err, fault.Denied, "in the whole cluster", "kind: ClusterRole", `resources: ["customresourcedefinitions"]`, "namespace: kube-system", "namespace: "+e.release(t, "slow").Namespace)
	hint := strings.Join(fault.Hints(err), "\n")
	if strings.Contains(hint, "namespace: "+e.plan.Namespace+"}") {
		t.Error("it asks for rights that are there")
	}
	// An administrator pastes it all.
	for _, r := range e.plan.Releases {
		makeNamespace(t, c, r.Namespace, map[string]string{platformLabel: e.plan.Name, managerLabel: manager})
	}
	for part := range strings.SplitSeq(hint, "kubectl apply -f - <<'EOF'") {
		_, text, ok := strings.Cut(part, "an administrator\n")
		if !ok {
			continue
		}
		text, _, _ = strings.Cut(text, "\nEOF")
		made, err := objects(text)
		if err != nil {
			t.Fatalf("%v in:\n%s", err, text)
		}
		for _, o := range made {
			o.SetName(o.GetName() + "-" + e.plan.Name) // Tests share the cluster.
			if strings.HasSuffix(o.GetKind(), "Binding") {
				o.Object["roleRef"].(map[string]any)["name"] = o.GetName()
			}
			resource := schema.GroupVersionResource{Group: rbacv1.GroupName, Version: "v1", Resource: strings.ToLower(o.GetKind()) + "s"}
			if _, err := client(t, c).Resource(resource).Namespace(o.GetNamespace()).Create(context.Background(), o, metav1.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				_ = client(t, c).Resource(resource).Namespace(o.GetNamespace()).Delete(context.Background(), o.GetName(), metav1.DeleteOptions{})
			})
		}
	}
	if _, err := e.apply(t, anna, nil); err != nil {
		t.Fatal(err)
	}
	e.settled(t, c)
}

// TestOnlyNamespace: a plan without charts of others makes no call outside of
// its namespace but those that ask who one is.
func TestOnlyNamespace(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	p := quickstart(t, nil)
	clean(t, c, p)
	makeNamespace(t, c, p.Namespace, map[string]string{platformLabel: p.Name})
	user := "ben-of-" + p.Name
	all := rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}}
	grant(t, c, p.Namespace, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "admin"}, Rules: []rbacv1.PolicyRule{all}}, user)
	var wire traffic
	wire.before = func(r *http.Request) error {
		path := r.URL.Path
		home := strings.Contains(path, "/namespaces/"+p.Namespace)
		discovery := r.Method == http.MethodGet && (strings.HasPrefix(path, "/version") || path == "/api" || path == "/apis" || strings.Count(path, "/") <= 3 && !strings.Contains(path, "/v1/"))
		if !home && !discovery && !strings.Contains(path, "reviews") {
			t.Errorf("%s %s", r.Method, r.URL.RequestURI())
		}
		return nil
	}
	if _, err := apply(t, wire.watch(t, as(t, c, user)), p, nil); err != nil {
		t.Fatal(err)
	}
}
