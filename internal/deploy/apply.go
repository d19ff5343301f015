package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// Apply brings the cluster to what the plan says. Nothing is written before
// the preflight has passed. It may be run again after anything: what is done
// stays done, and a run with nothing to do writes nothing. Releases of this
// platform that the plan has no longer are removed in the end; their volumes
// stay.
//
// The kinds of its faults: Busy when somebody else is installing, Denied and
// Failed when the preflight found why it cannot work, Partial when some steps
// failed, Interrupted when ctx ended; in the last two a rerun goes on.
func Apply(ctx context.Context, o Options, observe progress.Observer) (err error) {
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	if err := w.promises(); err != nil {
		return err
	}
	e := newEngine(w, observe)
	defer func() { e.end(err) }()
	steps := Steps(o.Plan)
	e.tell(progress.Event{Step: checks, Title: "Checks before the first write", State: progress.Running})
	retired, unseen := e.retired(ctx)
	if unseen != nil && !kube.Refused(unseen) {
		return w.Cluster.Trouble(unseen)
	}
	expected := e.expected()
	for _, s := range steps {
		e.tell(progress.Event{Step: s.Name(), Title: s.Title(), State: progress.Waiting, Expect: expected[s.Name()]})
	}
	if err := e.preflight(ctx, steps, len(retired) > 0); err != nil {
		if ctx.Err() != nil {
			return interrupted(nil)
		}
		e.tell(progress.Event{Step: checks, State: progress.Failed, Reason: err.Error(), Hint: strings.Join(fault.Hints(err), "\n")})
		return err
	}
	if unseen != nil { // Whoever lacks rights for the plan has been told by now which.
		return w.Cluster.Trouble(unseen)
	}
	e.tell(progress.Event{Step: checks, State: progress.Done})
	e.announce(retired)
	w.remember(ctx)
	endings := e.run(ctx, steps)
	if ctx.Err() != nil {
		return interrupted(endings)
	}
	if err := verdict(endings); err != nil {
		return err
	}
	return e.retire(ctx, retired)
}

// checks is the step that writes nothing.
const checks = "preflight"

// interrupted says how far it came.
func interrupted(endings []ending) error {
	done, flying := 0, []string(nil)
	for _, e := range endings {
		switch {
		case e.running:
			flying = append(flying, e.name)
		case e.ok():
			done++
		}
	}
	what := "interrupted before anything was written"
	if len(endings) > 0 {
		what = fmt.Sprintf("interrupted: %d of %d steps are done", done, len(endings))
	}
	if len(flying) > 0 {
		what += "; still being written: " + strings.Join(flying, ", ")
	}
	return fault.New(fault.Interrupted, what, "sparkwiz apply   # goes on where this stopped")
}

// verdict gathers what failed. Somebody else's lock is everybody's reason and
// is told once.
func verdict(endings []ending) error {
	var failed []error
	done := 0
	for _, e := range endings {
		if fault.KindOf(e.err) == fault.Busy {
			return e.err
		}
		if e.started && e.err != nil {
			failed = append(failed, e.err)
		}
		if e.ok() {
			done++
		}
	}
	if len(failed) == 0 {
		return nil
	}
	what := fmt.Sprintf("%d of %d steps are done, %d failed, %d were skipped", done, len(endings), len(failed), len(endings)-done-len(failed))
	return fault.Wrap(errors.Join(failed...), fault.Partial, what, "sparkwiz apply   # goes on where this stopped")
}
