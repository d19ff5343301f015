// Package verify proves a platform: clients inside the cluster use every
// component as people do. What a proof makes, it removes. Each component has a
// claim, a row of catalogue, and a script that proves it.
package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// pace is the time between two looks at the proof.
const pace = time.Second

// Run proves the platform of a plan that is installed, claim by claim. Each
// step becomes events of observe and a part of the report. A claim that fails
// does not keep the others from being tried. An error names the steps that
// failed; its kind is fault.Faults when the platform answered wrongly, Failed
// when a client could not even start. Running it while another Run is under
// way ends the other one. A quick one leaves out what takes long: a node that
// goes away, executors that are given back.
func Run(ctx context.Context, c *kube.Cluster, p plan.Plan, quick bool, observe progress.Observer) (Report, error) {
	var report Report
	if err := asleep(ctx, c, p, time.Now()); err != nil {
		return report, err
	}
	var proofs []*proof
	for _, claim := range claims(p, quick) {
		proofs = append(proofs, newProof(claim, p, &report, observe))
	}
	if len(proofs) == 0 {
		return report, fault.New(fault.Usage, "this platform has no Spark that could answer", "")
	}
	last := []*released(nil)
	if !quick {
		last = append(last, newReleased(p, observe))
	}
	var faults []error
	for i, f := range proofs {
		f.begin(time.Now())
		err := f.run(ctx, c)
		faults = append(faults, err)
		if ctx.Err() != nil || (err != nil && fault.KindOf(err) == fault.Denied) || apierrors.IsNotFound(err) {
			for _, later := range proofs[i+1:] {
				later.skip()
			}
			for _, r := range last {
				r.skip()
			}
			return report, errors.Join(faults...)
		}
	}
	for _, r := range last {
		faults = append(faults, r.run(ctx, c, &report))
	}
	return report, errors.Join(faults...)
}

// run makes the client, follows it, and takes it away.
func (f *proof) run(ctx context.Context, c *kube.Cluster) error {
	if err := sweep(ctx, c, f.plan.Namespace); err != nil {
		return f.stop(ctx, c, err)
	}
	name := app + "-" + rand.String(5)
	// Also after Ctrl-C: the client drops its table when it is told to end.
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		// What cannot be removed now, the cluster removes with the Job when
		// its time is over.
		_ = remove(ctx, c, f.plan.Namespace, name)
	}()
	o, err := f.claim.manifests(f.plan, name)
	if err == nil {
		err = create(ctx, c, o)
	}
	if err != nil {
		return f.stop(ctx, c, err)
	}
	return f.follow(ctx, c, name)
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
			if err := f.oblige(ctx, c, s); err != nil {
				return f.stop(ctx, c, err)
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

// oblige does what the client has asked for: it deletes the pod of an executor
// that was seen to be one, the way a node that goes away does.
func (f *proof) oblige(ctx context.Context, c *kube.Cluster, s sight) error {
	for _, a := range f.asks {
		if !slices.ContainsFunc(s.executors, func(e corev1.Pod) bool { return e.Name == a.Delete }) {
			continue // It is gone already, or never was one.
		}
		if err := c.Client.CoreV1().Pods(f.plan.Namespace).Delete(ctx, a.Delete, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	f.asks = nil
	return nil
}

// stop ends a proof that something other than the platform ended.
func (f *proof) stop(ctx context.Context, c *kube.Cluster, err error) error {
	if ctx.Err() != nil {
		_ = f.fail(fault.Interrupted, "interrupted", "sparkwiz verify")
		return fault.New(fault.Interrupted, fmt.Sprintf("the proof was interrupted at %q", f.step().title), "sparkwiz verify")
	}
	trouble := c.Trouble(err)
	if apierrors.IsNotFound(err) {
		trouble = fault.Wrap(err, fault.Failed, fmt.Sprintf("the platform is not installed: %s has no namespace %q", c.Context, f.plan.Namespace), "sparkwiz apply")
	}
	_ = f.fail(fault.KindOf(trouble), trouble.Error(), "")
	return trouble
}
