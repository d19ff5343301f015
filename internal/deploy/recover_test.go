package deploy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"helm.sh/helm/v3/pkg/release"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// settledAs wants a run that has nothing left to do.
func settledAs(t *testing.T, c *kube.Cluster, p plan.Plan) {
	t.Helper()
	var wire traffic
	if _, err := apply(t, wire.watch(t, c), p, nil); err != nil {
		t.Fatal(err)
	}
	if w := wire.list(); len(w) > 0 {
		t.Errorf("the run after the recovery still wrote:\n%s", strings.Join(w, "\n"))
	}
}

// TestKilled kills the installer, as a process, after its nth write, and runs
// it again.
func TestKilled(t *testing.T) {
	c, _ := cluster(t)
	for _, n := range []int{1, 3, 8, 13, 34} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			p := quickstart(t, nil)
			clean(t, c, p)
			killed(t, p.Name, "", n)
			again, err := apply(t, c, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range again.events {
				if strings.Contains(e.Reason, "has not been heard of") {
					t.Error("it waited for a holder that is known to be dead")
				}
			}
			settledAs(t, c, p)
		})
	}
}

// killed runs an installer as a process of its own, which ends after its nth
// write. charts are those of the tests; none is the default platform.
func killed(t *testing.T, name, charts string, n int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilledChild$", "-test.v")
	child.Env = append(os.Environ(), "SPARKWIZ_KILLED_NAME="+name, "SPARKWIZ_KILLED_CHARTS="+charts, fmt.Sprint("SPARKWIZ_KILLED_AFTER=", n), "SPARKWIZ_TEST_KUBECONFIG="+kubeconfig())
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 99 {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
}

// TestKilledChild is the installer that TestKilled kills. It leaves as
// SIGKILL would: nothing is cleaned up.
func TestKilledChild(t *testing.T) {
	name := os.Getenv("SPARKWIZ_KILLED_NAME")
	if name == "" {
		t.Skip("runs only as the child of TestKilled")
	}
	var limit, writes int64
	if _, err := fmt.Sscan(os.Getenv("SPARKWIZ_KILLED_AFTER"), &limit); err != nil {
		t.Fatal(err)
	}
	c, err := openFirst(os.Getenv("SPARKWIZ_TEST_KUBECONFIG"))
	if err != nil {
		t.Fatal(err)
	}
	c, err = c.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if counts(r) && atomic.AddInt64(&writes, 1) == limit {
				os.Exit(99)
			}
			return answer, err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Plan: quickstart(t, named(name)), Cluster: c, Holder: "the killed one"}
	if charts := strings.Fields(os.Getenv("SPARKWIZ_KILLED_CHARTS")); len(charts) > 0 {
		e := settle(t, name, charts...)
		o.Plan, o.Charts = e.plan, e.charts
	}
	t.Log(Apply(context.Background(), o, progress.Nobody))
}

// counts reports whether a request changes something: neither a question nor
// a heartbeat.
func counts(r *http.Request) bool {
	uri := r.URL.RequestURI()
	return r.Method != http.MethodGet && !strings.Contains(uri, "reviews") && !strings.Contains(uri, "dryRun") && !(r.Method == http.MethodPut && strings.Contains(uri, "/leases/"))
}

// pending gives a release the status with which a dead installer left it.
func pending(t *testing.T, c *kube.Cluster, p plan.Plan, namespace, name string, status release.Status) {
	t.Helper()
	w, err := open(context.Background(), Options{Plan: p, Cluster: c})
	if err != nil {
		t.Fatal(err)
	}
	h, err := w.helm(namespace)
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.last(name)
	if err != nil {
		t.Fatal(err)
	}
	r.SetStatus(status, "as a dead installer left it")
	if err := h.config.Releases.Update(r); err != nil {
		t.Fatal(err)
	}
}

func TestPendingIsRepaired(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	for name, status := range map[string]release.Status{
		"default-deny": release.StatusPendingRollback, "postgresql": release.StatusPendingInstall, "object-store": release.StatusPendingUpgrade,
		"hive-metastore": release.StatusUninstalling, "spark-41": release.StatusFailed,
	} {
		pending(t, c, p, p.Namespace, name, status)
	}
	again, err := apply(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Releases {
		if s := again.ends()[releaseName(r.Name)]; s != progress.Done {
			t.Errorf("%s ended as %s", r.Name, s)
		}
	}
	settledAs(t, c, p)
}

func TestDriftIsRepaired(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Client.CoreV1().Services(p.Namespace).Delete(context.Background(), "postgresql", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	again, err := apply(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := again.ends()["release/postgresql"]; s != progress.Done {
		t.Errorf("the release without its Service ended as %s", s)
	}
	if s := again.ends()["release/object-store"]; s != progress.Same {
		t.Errorf("the other release ended as %s", s)
	}
	settledAs(t, c, p)
}

// TestBadImage has one image missing, then mends it: what does not depend on
// it is finished, what does is skipped, and the reason is named.
func TestBadImage(t *testing.T) {
	c, kubelet := cluster(t)
	for name, skipped := range map[string][]string{"spark-41": nil, "postgresql": {"hive-metastore", "spark-41"}} {
		t.Run(name, func(t *testing.T) {
			p := quickstart(t, nil)
			clean(t, c, p)
			registry := "registry.invalid"
			plannedRelease(t, p, name).Values["imageRegistry"] = registry
			kubelet.lose(registry, `Back-off pulling image: ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image: not found`)
			began := time.Now()
			run, err := apply(t, c, p, nil)
			if fault.KindOf(err) != fault.Partial || !strings.Contains(err.Error(), "cannot pull registry.invalid/") || !strings.Contains(err.Error(), "there is no such image") {
				t.Fatalf("error of kind %d: %v", fault.KindOf(err), err)
			}
			t.Logf("after %s: %v\n%s", time.Since(began), err, strings.Join(fault.Hints(err), "\n"))
			if took := time.Since(began); took > time.Minute {
				t.Errorf("it took %s to give up", took)
			}
			ends := run.ends()
			for _, r := range p.Releases {
				want := progress.Done
				if r.Name == name {
					want = progress.Failed
				}
				for _, s := range skipped {
					if s == r.Name {
						want = progress.Skipped
					}
				}
				if got := ends[releaseName(r.Name)]; got != want {
					t.Errorf("%s ended as %s, want %s", r.Name, got, want)
				}
			}
			plannedRelease(t, p, name).Values["imageRegistry"] = ""
			if _, err := apply(t, c, p, nil); err != nil {
				t.Fatal(err)
			}
			settledAs(t, c, p)
		})
	}
}

func TestInterruptAndBusy(t *testing.T) {
	c, kubelet := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	kubelet.hold(p.Namespace, true)
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	settling := make(chan struct{}, 100)
	first := &tape{t: t}
	outcome := make(chan error, 1)
	go func() {
		outcome <- Apply(ctx, Options{Plan: p, Cluster: c, Holder: "the first"}, func(e progress.Event) {
			first.observe(e)
			if e.State == progress.Settling {
				settling <- struct{}{}
			}
		})
	}()
	<-settling

	var wire traffic
	began := time.Now()
	_, err := apply(t, wire.watch(t, c), p, nil)
	mustRefuse(t, &wire, err, fault.Busy, "the first is installing")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the second installer stopped after %s", took)
	}

	began = time.Now()
	interrupt()
	err = <-outcome
	if fault.KindOf(err) != fault.Interrupted || time.Since(began) > 5*time.Second {
		t.Fatalf("after %s: %v", time.Since(began), err)
	}
	t.Log(err)
	lease, err := c.Client.CoordinationV1().Leases(p.Namespace).Get(context.Background(), recordName(p.Name), metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if lease.Spec.HolderIdentity != nil {
		t.Errorf("the lock is still held: %s", *lease.Spec.HolderIdentity)
	}
	kubelet.hold(p.Namespace, false)
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	settledAs(t, c, p)
}

// TestRerunAfterMending crashes a pod and fails a Job for good, mends the cause
// outside of the plan, and runs the same plan again: it must neither give up
// at the sight of the old failure nor wait for the back-off to end.
func TestRerunAfterMending(t *testing.T) {
	c, kubelet := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	kubelet.crash(p.Namespace, true)
	_, err := apply(t, c, p, nil)
	if fault.KindOf(err) != fault.Partial || !strings.Contains(err.Error(), "crashes: container") {
		t.Fatal(err)
	}
	failJobs(t, c, p)
	kubelet.crash(p.Namespace, false)
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	settledAs(t, c, p)
}

// failJobs has the Job controller end all Jobs for good.
func failJobs(t *testing.T, c *kube.Cluster, p plan.Plan) {
	t.Helper()
	ctx := context.Background()
	client := c.Client.BatchV1().Jobs(p.Namespace)
	jobs, err := client.List(ctx, metav1.ListOptions{})
	if err != nil || len(jobs.Items) == 0 {
		t.Fatalf("%d jobs: %v", len(jobs.Items), err)
	}
	for _, j := range jobs.Items {
		if _, err := client.Patch(ctx, j.Name, types.MergePatchType, []byte(`{"spec":{"activeDeadlineSeconds":1}}`), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
		failed := func(c batchv1.JobCondition) bool {
			return c.Type == batchv1.JobFailed && c.Status == corev1.ConditionTrue
		}
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
			now, err := client.Get(ctx, j.Name, metav1.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(now.Status.Conditions, failed) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the Job %s does not fail: %+v", j.Name, now.Status)
			}
		}
	}
}
