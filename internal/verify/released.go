package verify

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// released is the claim that executors go when they are idle. It needs no
// client: the cluster itself shows which pods there are.
type released struct {
	plan    plan.Plan
	observe progress.Observer
}

// forgiving is what executors may take beyond their own timeouts: one that goes
// hands its blocks to another, which then stays until the driver has collected
// what nobody refers to any more, every two minutes; each takes half a minute to
// look whether all is handed over, and its grace period to end.
const forgiving = 4 * time.Minute

func newReleased(p plan.Plan, observe progress.Observer) *released {
	r := &released{p, observe}
	r.emit(progress.Event{State: progress.Waiting, Expect: r.patience()})
	return r
}

// keeps is how many executors stay when nothing runs, of all lines together.
func (r *released) keeps() int {
	n := 0
	for _, release := range r.plan.Releases {
		if strings.HasPrefix(release.Chart, "spark-") {
			n += r.plan.Spec.Spark.Executor.Min
		}
	}
	return n
}

// patience is the longest that Spark itself keeps an idle executor.
func (r *released) patience() time.Duration {
	longest := time.Duration(0)
	for _, release := range r.plan.Releases {
		executor, _ := release.Values["executor"].(map[string]any)
		for _, key := range []string{"idleTimeout", "shuffleTimeout"} {
			longest = max(longest, sparkDuration(fmt.Sprint(executor[key])))
		}
	}
	return longest
}

// sparkDuration reads 60s and 5min; 0 when it is neither.
func sparkDuration(text string) time.Duration {
	d, err := time.ParseDuration(strings.Replace(text, "min", "m", 1))
	if err != nil {
		return 0
	}
	return d
}

// run waits until no more executors are there than are kept. Somebody else's
// query is a reason for one to stay, and is named as such.
func (r *released) run(ctx context.Context, c *kube.Cluster, report *Report) error {
	begun, said := time.Now(), ""
	limit := r.patience() + forgiving
	for {
		pods, err := c.Client.CoreV1().Pods(r.plan.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "spark-role=executor"})
		var names []string
		if err == nil {
			names = alive(pods.Items)
		}
		switch {
		case ctx.Err() != nil:
			r.emit(progress.Event{State: progress.Failed, Reason: "interrupted", Hint: "sparkwiz verify"})
			return fault.New(fault.Interrupted, "the proof was interrupted while executors were idle", "sparkwiz verify")
		case err != nil && time.Since(begun) > limit:
			r.emit(progress.Event{State: progress.Failed, Reason: c.Trouble(err).Error()})
			return c.Trouble(err)
		case err == nil && len(names) <= r.keeps():
			took := time.Since(begun)
			says := fmt.Sprintf("%d executors are left, as spark.executor.min says", len(names))
			r.emit(progress.Event{State: progress.Done, Took: took, Output: says})
			report.Steps = append(report.Steps, Step{Claim: "executors", Name: "released", Title: releasedTitle, Took: took, Output: says})
			return nil
		case time.Since(begun) > limit:
			why := fmt.Sprintf("after %s without work of this proof %s are still there; somebody else's query keeps executors, too",
				limit.Round(time.Second), strings.Join(names, ", "))
			hint := kubectl(r.plan, "get pods -l spark-role=executor")
			r.emit(progress.Event{State: progress.Failed, Reason: why, Hint: hint})
			report.Failed = append(report.Failed, "verify/executors/released")
			return fault.New(fault.Faults, fmt.Sprintf("the proof failed at %q: %s", releasedTitle, why), hint)
		}
		if idle := "idle: " + strings.Join(names, ", "); idle != said {
			said = idle
			r.emit(progress.Event{State: progress.Settling, Reason: idle, Expect: r.patience()})
		}
		select {
		case <-ctx.Done():
		case <-time.After(pace):
		}
	}
}

func alive(pods []corev1.Pod) []string {
	var names []string
	for _, p := range pods {
		if p.Status.Phase == corev1.PodRunning || p.Status.Phase == corev1.PodPending {
			names = append(names, p.Name)
		}
	}
	return names
}

const releasedTitle = "Executors are given back when idle"

func (r *released) skip() { r.emit(progress.Event{State: progress.Skipped}) }

func (r *released) emit(e progress.Event) {
	e.Step, e.Title, e.Time = "verify/executors/released", releasedTitle, time.Now()
	r.observe(e)
}
