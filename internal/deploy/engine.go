package deploy

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// drain is how long an interrupted run waits for what is being written.
const drain = 30 * time.Second

// engine is one run: a world, the lock on it, and who is told.
type engine struct {
	*World
	*reporter
	id      string
	lock    *kube.Lock
	journal *kube.Journal
	slots   chan struct{} // one for each step that may write at this moment

	mu        sync.Mutex
	held      bool
	forgotten bool // an uninstall has deleted the record
}

func newEngine(w *World, observe progress.Observer) *engine {
	e := &engine{World: w, reporter: newReporter(observe), id: uuid.NewString(), slots: make(chan struct{}, w.Parallel)}
	name := w.Holder
	if name == "" {
		name = "another sparkwiz"
	}
	e.lock = kube.NewLock(w.plain.Client, w.Plan.Namespace, recordName(w.Plan.Name), ours(w.Plan.Name), kube.Self(name))
	if w.StateDir == "" {
		return e
	}
	var err error
	if e.journal, err = kube.OpenJournal(w.StateDir); err != nil {
		// History is worth a warning, not an install.
		e.journal = nil
		e.tell(progress.Event{Step: "journal", Title: "Journal", State: progress.Skipped, Reason: "nothing is remembered on this machine: " + err.Error()})
	}
	return e
}

// note writes a line of the journal. It is a hint: a full disk stops nothing.
func (e *engine) note(step, phase string, err error) {
	entry := kube.Entry{Time: time.Now(), Run: e.id, Plan: e.Plan.ID, Holder: e.Holder, Step: step, Phase: phase, Took: e.took(step)}
	if err != nil {
		entry.Note = err.Error()
	}
	if err := e.journal.Append(entry); err != nil {
		fmt.Fprintln(e.Debug, "journal:", err)
	}
}

// expected is how long each step took the last time, as far as this machine
// remembers.
func (e *engine) expected() map[string]time.Duration {
	all := map[string]time.Duration{}
	if e.StateDir == "" {
		return all
	}
	entries, err := kube.ReadJournal(e.StateDir)
	if err != nil {
		fmt.Fprintln(e.Debug, "journal:", err)
	}
	for _, entry := range entries {
		if entry.Phase == "ready" {
			all[entry.Step] = entry.Took
		}
	}
	return all
}

// hold takes the lock before the first write into the namespace. A run that
// has nothing to write never takes it.
func (e *engine) hold(ctx context.Context, step string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.held {
		return nil
	}
	notice := func(what string) { e.tell(progress.Event{Step: step, State: progress.Running, Reason: what}) }
	if err := e.lock.Acquire(ctx, notice); err != nil {
		return err
	}
	e.held = true
	check := e.lock.Valid
	e.fence.check.Store(&check)
	e.note("", "run", nil)
	e.record(ctx, "installing")
	return nil
}

// end gives the lock back, whatever has happened to ctx.
func (e *engine) end(outcome error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if e.held {
		state := "installed"
		if outcome != nil {
			state = strings.SplitN(outcome.Error(), "\n", 2)[0]
		}
		if !e.forgotten {
			e.record(ctx, state)
		}
		e.note("", "end", outcome)
		if err := e.lock.Release(ctx); err != nil {
			fmt.Fprintln(e.Debug, "lock:", err)
		}
		e.held = false
	}
	if err := e.journal.Close(); err != nil {
		fmt.Fprintln(e.Debug, "journal:", err)
	}
}

// run brings every step to what the plan says.
func (e *engine) run(ctx context.Context, steps []Step) []ending {
	// What is being written must not be cut short by the first Ctrl-C.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	tasks := make([]task, len(steps))
	for i, s := range steps {
		tasks[i] = task{name: s.Name(), needs: s.Needs(), run: func(ctx context.Context) error { return e.step(ctx, work, s) }}
	}
	endings := schedule(ctx, tasks, drain, func(name, because string) {
		e.tell(progress.Event{Step: name, State: progress.Skipped, Reason: "needs " + because + ", which failed"})
	})
	if ctx.Err() != nil {
		for _, end := range endings {
			e.tell(progress.Event{Step: end.name, State: progress.Skipped, Reason: "interrupted"})
		}
	}
	return endings
}
