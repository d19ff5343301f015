package deploy

import (
	"sync"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// pace is the least time between two events of a step that settles: what it
// waits for may change faster than anybody reads, and is looked at again.
const pace = 50 * time.Millisecond

// reporter tells the observer, one event at a time, what is new.
type reporter struct {
	mu      sync.Mutex
	observe progress.Observer
	steps   map[string]told
}

// told is what was last said about a step.
type told struct {
	event progress.Event
	began time.Time
}

func newReporter(observe progress.Observer) *reporter {
	if observe == nil {
		observe = progress.Nobody
	}
	return &reporter{observe: observe, steps: map[string]told{}}
}

// tell passes an event on unless it says nothing new or comes too soon. Time
// and Took are filled in, and what earlier events said of the title, the
// expected time and, at the end, the pods.
func (r *reporter) tell(e progress.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	last, known := r.steps[e.Step]
	if known && last.event.State.Ended() {
		return // An operation that outlived its step has nothing to add.
	}
	if e.Title == "" {
		e.Title = last.event.Title
	}
	if e.Expect == 0 {
		e.Expect = last.event.Expect
	}
	if e.State.Ended() {
		e.Ready, e.Want = last.event.Ready, last.event.Want
	}
	if last.began.IsZero() && e.State != progress.Waiting {
		last.began = now
	}
	if known && e.State == last.event.State {
		at, took := last.event.Time, last.event.Took
		last.event.Time, last.event.Took = e.Time, e.Took
		unchanged := last.event == e
		last.event.Time, last.event.Took = at, took
		if unchanged || e.State == progress.Settling && now.Sub(at) < pace {
			return
		}
	}
	e.Time = now
	if e.State.Ended() && !last.began.IsZero() {
		e.Took = now.Sub(last.began)
	}
	r.steps[e.Step] = told{e, last.began}
	r.observe(e)
}

// last is what was last said about a step.
func (r *reporter) last(step string) progress.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.steps[step].event
}

// count keeps the numbers of a step that has become ready without saying them
// yet: its last event does.
func (r *reporter) count(step string, ready Readiness) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.steps[step]
	t.event.Ready, t.event.Want = ready.Ready, ready.Want
	r.steps[step] = t
}

// took is how long a step has run.
func (r *reporter) took(step string) time.Duration { return r.last(step).Took }
