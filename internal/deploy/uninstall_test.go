package deploy

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

func uninstall(t *testing.T, c *kube.Cluster, p plan.Plan, purge bool) ([]string, *tape) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	r := &tape{t: t}
	left, err := Uninstall(ctx, Options{Plan: p, Cluster: c, StateDir: t.TempDir(), Holder: "tester", Purge: purge}, r.observe)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("left: %s", strings.Join(left, "; "))
	return left, r
}

func password(t *testing.T, c *kube.Cluster, p plan.Plan) string {
	t.Helper()
	s, err := c.Client.CoreV1().Secrets(p.Namespace).Get(context.Background(), "postgresql-credentials", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return string(s.Data["postgres-password"])
}

// TestUninstall takes a platform down, brings it back with its data and its
// passwords, and purges it.
func TestUninstall(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	ctx := context.Background()
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	before := password(t, c, p)
	left, tape := uninstall(t, c, p, false)
	want := []string{
		"pvc/data-object-store-0 (10Gi of data)", "pvc/data-postgresql-0 (5Gi of data)",
		"secret/object-store-credentials (generated passwords)", "secret/postgresql-credentials (generated passwords)",
		"secret/spark-connect (generated passwords)", "namespace/" + p.Namespace + " (it is not empty)",
	}
	if !slices.Equal(left, want) {
		t.Errorf("left:\n%s\nwant:\n%s", strings.Join(left, "\n"), strings.Join(want, "\n"))
	}
	if maps, err := c.Client.CoreV1().ConfigMaps(p.Namespace).List(ctx, metav1.ListOptions{LabelSelector: platformLabel}); err != nil || len(maps.Items) > 0 {
		t.Errorf("%d records are left: %v", len(maps.Items), err)
	}
	order(t, tape, "release/spark-41", "release/hive-metastore", "release/postgresql")
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	if password(t, c, p) != before {
		t.Error("the password changed")
	}
	if left, _ := uninstall(t, c, p, true); len(left) > 0 {
		t.Errorf("a purge left %v", left)
	}
	if _, err := c.Client.CoreV1().Namespaces().Get(ctx, p.Namespace, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the namespace is still there: %v", err)
	}
	if left, _ := uninstall(t, c, p, true); len(left) > 0 {
		t.Errorf("an uninstall of nothing left %v", left)
	}
}

// order wants the steps to have ended one after the other.
func order(t *testing.T, r *tape, steps ...string) {
	t.Helper()
	var ended []string
	for _, e := range r.events {
		if e.State == progress.Done && slices.Contains(steps, e.Step) {
			ended = append(ended, e.Step)
		}
	}
	if !slices.Equal(ended, steps) {
		t.Errorf("ended in the order %v, want %v", ended, steps)
	}
}

// TestUninstallSparesOthers has somebody else's object in our namespace, and
// somebody's namespace under our platform.
func TestUninstallSparesOthers(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	ctx := context.Background()
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	theirs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "postgresql-notes", Labels: map[string]string{partOfLabel: manager}}}
	made, err := c.Client.CoreV1().ConfigMaps(p.Namespace).Create(ctx, theirs, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	left, _ := uninstall(t, c, p, true)
	want := []string{"configmap/postgresql-notes (not sparkwiz's)", "namespace/" + p.Namespace + " (it is not empty)"}
	if !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
	found, err := c.Client.CoreV1().ConfigMaps(p.Namespace).Get(ctx, "postgresql-notes", metav1.GetOptions{})
	if err != nil || found.UID != made.UID {
		t.Errorf("somebody's ConfigMap was touched: %v", err)
	}
}

// TestDiffAndStatus look at a platform before, between and after.
func TestDiffAndStatus(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	ctx := context.Background()
	var wire traffic
	o := Options{Plan: p, Cluster: wire.watch(t, c)}
	state := func(want State) {
		t.Helper()
		all, err := Status(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if s.State != want || s.Done != (want == InSync) {
				t.Errorf("%s is %s (ready: %v), want %s: %s", s.Step, s.State, s.Done, want, s.Reason)
			}
		}
	}
	state(Absent)
	changes, err := Diff(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range changes {
		if ch.Action != Create {
			t.Errorf("%s: %s", ch.Step, ch.Action)
		}
	}
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	state(InSync)
	plannedRelease(t, p, "hive-metastore").Values["resources"].(map[string]any)["requests"].(map[string]any)["cpu"] = "123m"
	if changes, err = Diff(ctx, o); err != nil {
		t.Fatal(err)
	}
	for _, ch := range changes {
		want := Keep
		if ch.Step == "release/hive-metastore" {
			want = Update
			t.Log(ch)
			if !strings.Contains(ch.Diff, "-            cpu: 100m\n+            cpu: 123m\n") {
				t.Errorf("the diff does not show the change:\n%s", ch.Diff)
			}
		}
		if ch.Action != want {
			t.Errorf("%s: %s, want %s", ch.Step, ch.Action, want)
		}
	}
	if w := wire.list(); len(w) > 0 {
		t.Errorf("looking wrote: %v", w)
	}
	run, err := apply(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := run.ends()["release/hive-metastore"]; s != progress.Done {
		t.Errorf("the changed release ended as %s", s)
	}
}

// TestUninstallSlowly: the lock is deleted with the platform, and a heartbeat
// that misses it is no reason to stop before the namespace is gone.
func TestUninstallSlowly(t *testing.T) {
	c, _ := cluster(t)
	e := settle(t, platformName(t), "slow")
	e.clean(t, c)
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	var wire traffic
	var unlocked atomic.Bool
	wire.before = func(r *http.Request) error {
		switch {
		case r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/leases/"):
			unlocked.Store(true)
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/namespaces/"+e.plan.Namespace) && unlocked.Swap(false):
			time.Sleep(3 * time.Second) // longer than a heartbeat
		}
		return nil
	}
	if left := e.uninstall(t, wire.watch(t, c), func(o *Options) { o.Purge = true }); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// TestSilentAPI: an aggregated API that does not answer stops no uninstall. It
// is named, since nobody knows what it has; metrics it cannot have.
func TestSilentAPI(t *testing.T) {
	c, _ := cluster(t)
	e := settle(t, platformName(t), "slow")
	e.clean(t, c)
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	services := client(t, c).Resource(schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"})
	for _, group := range []string{"silent.example.sparkwiz.dev", "custom.metrics.k8s.io"} {
		name := "v1." + group
		o := &object{Object: map[string]any{
			"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": map[string]any{"name": name},
			"spec": map[string]any{
				"group": group, "version": "v1", "groupPriorityMinimum": int64(100), "versionPriority": int64(100), "insecureSkipTLSVerify": true,
				"service": map[string]any{"name": "nobody", "namespace": "default"},
			},
		}}
		if _, err := services.Create(context.Background(), o, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = services.Delete(context.Background(), name, metav1.DeleteOptions{}) })
	}
	waitFor(t, "discovery fails", func() bool {
		_, err := discovery.ToDiscoveryInterfaceWithContext(c.Client.Discovery()).ServerPreferredNamespacedResourcesWithContext(context.Background())
		return err != nil
	})
	left := e.uninstall(t, c, func(o *Options) { o.Purge = true })
	if !containsAll(left, []string{"objects of silent.example.sparkwiz.dev/v1, if there are any (its API does not answer)"}) || strings.Contains(strings.Join(left, " "), "metrics") {
		t.Errorf("left %q", left)
	}
}
