// Package verify proves a platform: a Spark Connect client inside the
// cluster runs a query on executors, writes an Iceberg table, travels back in
// time and finds itself in the History Server. What the proof makes, it
// removes.
package verify

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// pace is the time between two looks at the proof.
const pace = time.Second

// Run proves the platform of a plan that is installed. Each step becomes
// events of observe and a part of the report. An error names the step that
// failed; its kind is fault.Faults when the platform answered wrongly, Failed
// when the client could not even start. Running it while another Run is under
// way ends the other one.
func Run(ctx context.Context, c *kube.Cluster, p plan.Plan, observe progress.Observer) (Report, error) {
	if target(p).connect == "" {
		return Report{}, fault.New(fault.Usage, "this platform has no Spark that could answer", "")
	}
	f := newProof(p, observe, time.Now())
	if err := sweep(ctx, c, p.Namespace); err != nil {
		return f.report, f.stop(ctx, c, err)
	}
	name := app + "-" + rand.String(5)
	// Also after Ctrl-C: the client drops its table when it is told to end.
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		// What cannot be removed now, the cluster removes with the Job when
		// its time is over.
		_ = remove(ctx, c, p.Namespace, name)
	}()
	if err := create(ctx, c, manifests(p, name)); err != nil {
		return f.report, f.stop(ctx, c, err)
	}
	err := f.follow(ctx, c, name)
	return f.report, err
}

// follow looks at the proof until it ends. A look that fails says so and is
// repeated: the proof itself does not depend on it.
func (f *proof) follow(ctx context.Context, c *kube.Cluster, name string) error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		s, err := look(ctx, c, f.plan.Namespace, name)
		switch {
		case ctx.Err() != nil:
			return f.stop(ctx, c, ctx.Err())
		case err == nil:
			if over, err := f.take(s, time.Now()); over || err != nil {
				return err
			}
		case s.job == nil && apierrors.IsNotFound(err):
			return f.fail(fault.Failed, "somebody deleted it while it ran, or began another one", "sparkwiz verify   # once more")
		case fault.KindOf(c.Trouble(err)) == fault.Denied:
			return f.stop(ctx, c, err)
		default:
			f.say(progress.Settling, "looking again: "+c.Trouble(err).Error(), 0, 0)
		}
		if time.Since(f.begun) > limit {
			return f.fail(fault.Faults, fmt.Sprintf("not done after %s. %s", limit, f.said.Reason), remedy(f.plan, f.step(), f.said.Reason))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return f.stop(ctx, c, ctx.Err())
		}
	}
}

// stop ends a proof that something other than the platform ended.
func (f *proof) stop(ctx context.Context, c *kube.Cluster, err error) error {
	if ctx.Err() != nil {
		_ = f.fail(fault.Interrupted, "interrupted", "sparkwiz verify")
		return fault.New(fault.Interrupted, fmt.Sprintf("the proof was interrupted at %q", f.step().title), "sparkwiz verify")
	}
	trouble := c.Trouble(err)
	if apierrors.IsNotFound(err) {
		trouble = fault.New(fault.Failed, fmt.Sprintf("the platform is not installed: %s has no namespace %q", c.Context, f.plan.Namespace), "sparkwiz apply")
	}
	_ = f.fail(fault.KindOf(trouble), trouble.Error(), "")
	return trouble
}
