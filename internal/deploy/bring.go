package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// step is the life of one step: bring it about, wait for it, tell how it went.
func (e *engine) step(ctx, work context.Context, s Step) error {
	e.tell(progress.Event{Step: s.Name(), State: progress.Running})
	wrote, err := e.bring(ctx, work, s)
	if err == nil {
		err = e.await(ctx, s)
	}
	switch {
	case err == nil && wrote:
		e.tell(progress.Event{Step: s.Name(), State: progress.Done})
		e.note(s.Name(), "ready", nil)
	case err == nil:
		e.tell(progress.Event{Step: s.Name(), State: progress.Same})
	case ctx.Err() != nil:
		// run tells of the interruption, when all has come to rest.
	default:
		f := e.fault(err, s)
		e.tell(progress.Event{Step: s.Name(), State: progress.Failed, Reason: f.Error(), Hint: f.Hint})
		e.note(s.Name(), "failed", f)
		return f
	}
	return err
}

// fault makes any error one that people can read.
func (e *engine) fault(err error, s Step) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	if kube.Refused(err) && errors.As(e.Cluster.Trouble(err), &f) {
		return f
	}
	if f := webhookFault(err); f != nil {
		return f
	}
	return fault.Wrap(err, fault.Failed, s.Title()+" could not be brought about", "sparkwiz apply   # tries again; what is done stays done")
}

// bring observes and acts until the step is as planned, and reports whether
// anything was written. Errors that mend themselves are tried again.
func (e *engine) bring(ctx, work context.Context, s Step) (wrote bool, err error) {
	select {
	case e.slots <- struct{}{}:
		// The place is given back before the waiting, which costs nothing.
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	began := time.Now()
	for n := 0; ; n++ {
		acted, err := e.act(ctx, work, s)
		wrote = wrote || acted
		if err == nil || !transient(err) || time.Since(began) > e.Stubborn {
			return wrote, err
		}
		e.tell(progress.Event{Step: s.Name(), State: progress.Running, Reason: "trying again: " + firstLine(err)})
		if err := sleep(ctx, backoff(n)); err != nil {
			return wrote, err
		}
	}
}

// act looks once and does once what the table says.
func (e *engine) act(ctx, work context.Context, s Step) (wrote bool, err error) {
	o, err := s.Observe(ctx, e.World)
	if err != nil {
		return false, err
	}
	a := o.action(e.Adopt)
	switch {
	case a == Keep:
		return false, nil
	case a == Refuse && o.Fault != nil:
		return false, o.Fault
	case a == Refuse:
		return false, fault.New(fault.Failed, fmt.Sprintf("%s is %s: %s", s.Name(), o.State, o.Reason), "sparkwiz status")
	}
	// The lock is kept in the namespace, so it comes after it; that two
	// installers cannot both make it is for the API server to see to.
	if space, ok := s.(namespaceStep); !ok || space.home != "" {
		if err := e.hold(ctx, s.Name()); err != nil {
			return false, err
		}
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	e.tell(progress.Event{Step: s.Name(), State: progress.Running, Reason: doing(s, a, o)})
	e.note(s.Name(), "begin", nil)
	if err := s.Apply(work, e.World, a); err != nil {
		return true, err
	}
	e.note(s.Name(), "applied", nil)
	return true, nil
}

func doing(s Step, a Action, o Observed) string {
	if _, ok := s.(gateStep); ok {
		return "asking the API server for a trial"
	}
	text := map[Action]string{Create: "installing", Update: "updating", Repair: "repairing"}[a]
	if o.Reason != "" {
		text += ": " + brief(o.Reason)
	}
	return text
}

func firstLine(err error) string { return brief(strings.SplitN(err.Error(), "\n", 2)[0]) }
