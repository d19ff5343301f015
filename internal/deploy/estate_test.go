package deploy

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// estate is a platform that consists of charts of others: those of
// ../testdata/charts, with an API group of the test's own.
type estate struct {
	plan   plan.Plan
	charts render.Charts
}

// group is the API group of a platform's CRDs.
func group(platform string) string { return platform + ".example.sparkwiz.dev" }

// settle makes a platform of charts, each needing the one before it.
func settle(t *testing.T, name string, charts ...string) *estate {
	t.Helper()
	e := &estate{plan: plan.Plan{ID: "test", Name: name, Namespace: name}, charts: render.Charts{}}
	for _, chart := range charts {
		r := plan.Release{
			Name: name + "-" + chart, Title: "The " + chart, Chart: chart, Namespace: name + "-" + chart, Values: map[string]any{},
			Upstream: &plan.Upstream{Version: "1.2.3", Repository: "https://charts.example.com", PodSecurity: restricted, CRDs: chart == "widgets" || chart == "guarded"},
		}
		if n := len(e.plan.Releases); n > 0 {
			r.Needs = []string{e.plan.Releases[n-1].Name}
		}
		e.plan.Releases = append(e.plan.Releases, r)
		e.pack(t, chart)
	}
	return e
}

// platformName is a name for the test's platform.
func platformName(t *testing.T) string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	return "u-" + strings.TrimPrefix(name, "test")
}

// pack packs a chart anew, with words replaced.
func (e *estate) pack(t *testing.T, chart string, oldnew ...string) {
	t.Helper()
	words := strings.NewReplacer(append([]string{"example.sparkwiz.dev", group(e.plan.Name)}, oldnew...)...)
	root := filepath.Join("..", "testdata", "charts", chart)
	var files []chartstore.File
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, chartstore.File{Path: strings.TrimPrefix(path, root+"/"), Data: []byte(words.Replace(string(data)))})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if e.charts[chart], err = chartstore.Pack(chart, files); err != nil {
		t.Fatal(err)
	}
}

// release finds the release of a chart.
func (e *estate) release(t *testing.T, chart string) *plan.Release {
	t.Helper()
	return plannedRelease(t, e.plan, e.plan.Name+"-"+chart)
}

func (e *estate) apply(t *testing.T, c *kube.Cluster, change func(*Options)) (*tape, error) {
	t.Helper()
	return apply(t, c, e.plan, func(o *Options) {
		o.Charts = e.charts
		if change != nil {
			change(o)
		}
	})
}

// settled wants a run that has nothing to do.
func (e *estate) settled(t *testing.T, c *kube.Cluster) {
	t.Helper()
	var wire traffic
	run, err := e.apply(t, wire.watch(t, c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := wire.list(); len(w) > 0 {
		t.Errorf("a run with nothing to do wrote:\n%s", strings.Join(w, "\n"))
	}
	for step, state := range run.ends() {
		if step != checks && state != progress.Same {
			t.Errorf("%s ended as %s", step, state)
		}
	}
}

// clean deletes all that a platform may have left on the cluster.
func (e *estate) clean(t *testing.T, c *kube.Cluster) {
	t.Helper()
	t.Cleanup(func() {
		ctx := context.Background()
		for _, r := range e.plan.Releases {
			_ = c.Client.RbacV1().ClusterRoles().Delete(ctx, r.Name, metav1.DeleteOptions{})
			_ = c.Client.RbacV1().ClusterRoleBindings().Delete(ctx, r.Name, metav1.DeleteOptions{})
			_ = c.Client.RbacV1().Roles("kube-system").Delete(ctx, r.Name+"-reader", metav1.DeleteOptions{})
			_ = c.Client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Delete(ctx, r.Name, metav1.DeleteOptions{})
		}
		for _, kind := range []string{"widgets", "gadgets", "guards"} {
			_ = client(t, c).Resource(definitions()).Delete(ctx, kind+"."+group(e.plan.Name), metav1.DeleteOptions{})
		}
		for _, namespace := range e.plan.Namespaces() {
			_ = c.Client.CoreV1().Namespaces().Delete(ctx, namespace, metav1.DeleteOptions{})
		}
	})
}

func client(t *testing.T, c *kube.Cluster) dynamic.Interface {
	t.Helper()
	d, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// kind is a resource of the test's own group.
func (e *estate) kind(plural string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: group(e.plan.Name), Version: "v1", Resource: plural}
}

// get finds an object, nil if there is none.
func get(t *testing.T, c *kube.Cluster, resource schema.GroupVersionResource, namespace, name string) *object {
	t.Helper()
	found, err := client(t, c).Resource(resource).Namespace(namespace).Get(context.Background(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (e *estate) uninstall(t *testing.T, c *kube.Cluster, change func(*Options)) []string {
	t.Helper()
	o := Options{Plan: e.plan, Cluster: c, Holder: "tester"}
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	left, err := Uninstall(ctx, o, (&tape{t: t}).observe)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("left: %s", strings.Join(left, "; "))
	return left
}

// at is the place of the first event with which a step was in a state.
func (r *tape) at(step string, states ...progress.State) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.IndexFunc(r.events, func(e progress.Event) bool { return e.Step == step && slices.Contains(states, e.State) })
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := (&object{Object: map[string]any{"kind": "x", "apiVersion": "v1", "metadata": map[string]any{"name": "x"}, "spec": v}}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// waitFor gives the cluster half a minute.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}
