package deploy

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// TestUpstream takes charts of others through a whole life.
func TestUpstream(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "widgets", "slow")
	e.clean(t, c)
	widgets := e.release(t, "widgets")
	first, err := e.apply(t, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	sequence := []string{
		"namespace/" + e.plan.Namespace, "namespace/" + widgets.Namespace, "crds/" + widgets.Name, "release/" + widgets.Name, "release/" + e.release(t, "slow").Name,
	}
	for i, step := range sequence[1:] {
		before := sequence[i]
		if done, begun := first.at(before, progress.Done), first.at(step, progress.Running); done < 0 || begun < done {
			t.Errorf("%s began (%d) before %s was done (%d)", step, begun, before, done)
		}
	}
	if get(t, c, e.kind("widgets"), widgets.Namespace, "from-hook") == nil || get(t, c, e.kind("gadgets"), widgets.Namespace, "of-the-release") == nil {
		t.Error("the chart's own objects are not there")
	}
	for _, name := range []string{"widgets", "gadgets"} {
		crd := get(t, c, definitions(), "", name+"."+group(e.plan.Name))
		if crd == nil || crd.GetLabels()[platformLabel] != e.plan.Name || crd.GetAnnotations()["meta.helm.sh/release-name"] != "" {
			t.Errorf("%s: the CRD is not there, not marked, or Helm's: %v", name, crd)
		}
	}
	ns, err := c.Client.CoreV1().Namespaces().Get(context.Background(), widgets.Namespace, metav1.GetOptions{})
	if err != nil || ns.Labels[platformLabel] != e.plan.Name || ns.Labels["pod-security.kubernetes.io/enforce"] != restricted {
		t.Errorf("labels %v: %v", ns.Labels, err)
	}
	e.settled(t, c)

	// A new version of the chart, which changes a CRD.
	uid := get(t, c, definitions(), "", "widgets."+group(e.plan.Name)).GetUID()
	e.pack(t, "widgets", "version: 1.2.3", "version: 1.3.0", "minimum: 1, default: 1", "minimum: 2, default: 2")
	widgets.Upstream.Version = "1.3.0"
	changes, err := Diff(context.Background(), Options{Plan: e.plan, Cluster: c, Charts: e.charts})
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range changes {
		want := Keep
		if ch.Step == "crds/"+widgets.Name || ch.Step == "release/"+widgets.Name {
			want = Update
		}
		if ch.Action != want {
			t.Errorf("%s: %s (%s), want %s", ch.Step, ch.Action, ch.Reason, want)
		}
	}
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	crd := get(t, c, definitions(), "", "widgets."+group(e.plan.Name))
	if text := crd.Object["spec"].(map[string]any); !strings.Contains(mustJSON(t, text), `"minimum":2`) || crd.GetUID() != uid {
		t.Error("the CRD was not brought up to date in place")
	}
	e.settled(t, c)

	left := e.uninstall(t, c, nil)
	want := []string{"crds/" + widgets.Name + " (2 CRDs with 1 objects; --purge-crds deletes them)"}
	if !containsAll(left, want) {
		t.Errorf("left %v, want %v among them", left, want)
	}
	if now := get(t, c, definitions(), "", "widgets."+group(e.plan.Name)); now == nil || now.GetUID() != uid {
		t.Error("the CRD did not stay")
	}
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	e.settled(t, c)
	left = e.uninstall(t, c, func(o *Options) { o.Purge, o.PurgeCRDs = true, true })
	if len(left) > 0 {
		t.Errorf("a purge left %v", left)
	}
	if get(t, c, definitions(), "", "widgets."+group(e.plan.Name)) != nil || get(t, c, definitions(), "", "gadgets."+group(e.plan.Name)) != nil {
		t.Error("a CRD is still there")
	}
	for _, namespace := range e.plan.Namespaces() {
		if _, err := c.Client.CoreV1().Namespaces().Get(context.Background(), namespace, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			t.Errorf("namespace %s is still there: %v", namespace, err)
		}
	}
}

// TestDice: a chart that throws dice is not installed anew each time; what is
// missing of it still is.
func TestDice(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "dice")
	e.clean(t, c)
	r := e.release(t, "dice")
	password := func() []byte {
		t.Helper()
		s, err := c.Client.CoreV1().Secrets(r.Namespace).Get(context.Background(), r.Name, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return s.Data["password"]
	}
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	before := password()
	for range 2 {
		e.settled(t, c)
	}
	if !bytes.Equal(before, password()) {
		t.Error("the password changed")
	}
	for _, tt := range []struct {
		reason string
		state  State
		change func()
	}{
		{"its values change", OutOfSync, func() { r.Values["replicas"] = 2 }},
		{"the archive of its chart 1.2.3 is another one", OutOfSync, func() { e.pack(t, "dice", "Random contents", "Other contents") }},
		{"its chart changes from 1.2.3 to 1.2.4", OutOfSync, func() { e.pack(t, "dice", "version: 1.2.3", "version: 1.2.4"); r.Upstream.Version = "1.2.4" }},
		{"secret/" + r.Name + " is gone", Drifted, func() {
			if err := c.Client.CoreV1().Secrets(r.Namespace).Delete(context.Background(), r.Name, metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		tt.change()
		all, err := Diff(context.Background(), Options{Plan: e.plan, Cluster: c, Charts: e.charts})
		if err != nil {
			t.Fatal(err)
		}
		if last := all[len(all)-1]; last.Reason != tt.reason || last.State != tt.state || last.Action != Update || strings.Contains(last.Diff, "secret/") {
			t.Errorf("%s: %s", tt.reason, last)
		}
		if _, err := e.apply(t, c, nil); err != nil {
			t.Fatal(err)
		}
		e.settled(t, c)
	}
}

// TestPendingElsewhere repairs a release in a namespace that is not the
// platform's own.
func TestPendingElsewhere(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "slow")
	e.clean(t, c)
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	r := e.release(t, "slow")
	pending(t, c, e.plan, r.Namespace, r.Name, "pending-upgrade")
	again, err := e.apply(t, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := again.ends()["release/"+r.Name]; s != progress.Done {
		t.Errorf("it ended as %s", s)
	}
	e.settled(t, c)
}

// TestTroubleElsewhere: what keeps a release from being ready is found in its
// own namespace.
func TestTroubleElsewhere(t *testing.T) {
	c, kubelet := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "slow")
	e.clean(t, c)
	r := e.release(t, "slow")
	kubelet.hold(r.Namespace, true)
	defer kubelet.hold(r.Namespace, false)
	_, err := e.apply(t, c, func(o *Options) { o.Timeout = 3 * time.Second })
	if err == nil || !strings.Contains(err.Error(), "not ready after 3s") || !strings.Contains(err.Error(), "pod/"+r.Name) {
		t.Errorf("error: %v", err)
	}
	kubelet.lose("nowhere.invalid", "rpc error: code = NotFound desc = not found")
	r.Values["image"] = map[string]any{"registry": "nowhere.invalid"}
	kubelet.hold(r.Namespace, false)
	_, err = e.apply(t, c, nil)
	if err == nil || !strings.Contains(err.Error(), "cannot pull nowhere.invalid/test/slow:4.5: there is no such image") {
		t.Errorf("error: %v", err)
	}
	r.Values = map[string]any{}
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	e.settled(t, c)
}

// TestKilledUpstream kills the installer after each of its writes in turn, of
// which the CRDs are the first ones, and runs it again.
func TestKilledUpstream(t *testing.T) {
	c, _ := cluster(t)
	for _, n := range []int{1, 3, 5, 7, 10, 14, 19} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			e := settle(t, platformName(t), "widgets")
			e.clean(t, c)
			killed(t, e.plan.Name, "widgets", n)
			if _, err := e.apply(t, c, nil); err != nil {
				t.Fatal(err)
			}
			if get(t, c, e.kind("widgets"), e.release(t, "widgets").Namespace, "from-hook") == nil {
				t.Error("the hook's object is not there")
			}
			e.settled(t, c)
		})
	}
}

// TestHookFails: Helm says that time is up; which Job, and why, is ours to
// say.
func TestHookFails(t *testing.T) {
	c, kubelet := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "widgets")
	e.clean(t, c)
	r := e.release(t, "widgets")
	kubelet.crash(r.Namespace, true)
	_, err := e.apply(t, c, func(o *Options) { o.Timeout = 5 * time.Second })
	if err == nil || !strings.Contains(err.Error(), "crashes: container main") || !strings.Contains(err.Error(), r.Name+"-prepare") {
		t.Errorf("error: %v", err)
	}
	kubelet.crash(r.Namespace, false)
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	e.settled(t, c)
}
