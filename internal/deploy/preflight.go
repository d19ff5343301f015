package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// Preflight looks whether an apply of the plan would work, and writes
// nothing. All that is wrong comes at once.
func Preflight(ctx context.Context, o Options) error {
	o.StateDir = "" // Not even here.
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	if err := w.promises(); err != nil {
		return err
	}
	e := newEngine(w, nil)
	retired, err := e.retired(ctx)
	if err != nil && !kube.Refused(err) { // Whoever may not look is told so with all the other rights.
		return w.Cluster.Trouble(err)
	}
	return e.preflight(ctx, Steps(o.Plan), len(retired) > 0)
}

// found is what one step was found to be.
type found struct {
	step Step
	Observed
	err error
}

// preflight asks first what ends the run soonest. Whoever may not look at the
// lock is told so with all the other rights.
//
// removing means that releases will be taken down in the end. A plan that is
// blocked may do that as little as it may install: with the file of sealed
// values lost, it would take every Secret away from a platform that runs.
func (e *engine) preflight(ctx context.Context, steps []Step, removing bool) error {
	if err := e.lock.Peek(ctx); err != nil && !kube.Refused(err) {
		return e.Cluster.Trouble(err)
	}
	seen := e.survey(ctx, steps)
	if slices.ContainsFunc(seen, func(f found) bool { return kube.Refused(f.err) }) {
		// All that is missing at once, not only what was asked for first.
		if err := e.rights(ctx, seen); err != nil {
			return err
		}
	}
	if err := e.refusals(seen); err != nil {
		return err
	}
	var changing []found
	for _, f := range seen {
		if f.action(e.Adopt) != Keep {
			changing = append(changing, f)
		}
	}
	if len(changing) == 0 && !removing {
		return nil
	}
	var blocked []error
	for _, b := range e.Plan.Blocked() {
		blocked = append(blocked, fault.New(fault.Failed, b.What, b.Hint))
	}
	if err := errors.Join(blocked...); err != nil {
		return err
	}
	if err := e.rights(ctx, changing); err != nil {
		return err
	}
	if err := e.sizes(changing); err != nil {
		return err
	}
	return e.dryRun(ctx, changing)
}

// survey observes all steps at the same time.
func (w *World) survey(ctx context.Context, steps []Step) []found {
	seen := make([]found, len(steps))
	var wg sync.WaitGroup
	for i, s := range steps {
		wg.Go(func() {
			o, err := s.Observe(ctx, w)
			seen[i] = found{step: s, Observed: o, err: err}
		})
	}
	wg.Wait()
	return seen
}

// refusals gathers what no apply may touch or could not look at.
func (e *engine) refusals(seen []found) error {
	var all []error
	refused := map[string]bool{}
	for _, f := range seen {
		if slices.ContainsFunc(f.step.Needs(), func(n string) bool { return refused[n] }) {
			refused[f.step.Name()] = true // What is in somebody else's namespace is none of our business.
			continue
		}
		before := len(all)
		switch {
		case f.err != nil:
			all = append(all, e.Cluster.Trouble(f.err))
		case f.action(e.Adopt) != Refuse:
		case f.Fault != nil:
			all = append(all, f.Fault)
		default:
			all = append(all, fault.New(fault.Failed, fmt.Sprintf("%s is %s: %s", f.step.Name(), f.State, f.Reason), "sparkwiz status"))
		}
		if _, namespace := f.step.(namespaceStep); namespace && len(all) > before {
			refused[f.step.Name()] = true
		}
	}
	return joined(all)
}

// joined is errors.Join, that leaves a single error as it is.
func joined(all []error) error {
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}
