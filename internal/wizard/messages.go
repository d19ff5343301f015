package wizard

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// What effects send back. A command never touches the model.
type (
	interruptMsg struct{} // the process was asked to end
	tickMsg      struct{}

	contextsMsg struct {
		contexts []facts.Context
		err      error
	}
	// factsMsg carries the number of the look that it answers: an answer about
	// a cluster that is no longer chosen is dropped.
	factsMsg struct {
		look  int
		facts facts.Facts
		err   error
	}

	planDueMsg struct{ want wanted }
	plannedMsg struct {
		want wanted
		plan plan.Plan
		err  error
	}
	renderedMsg struct {
		want    wanted
		objects int
		err     error
	}

	savedMsg struct {
		path string
		err  error
		then next
	}

	backgroundMsg struct {
		events []progress.Event
		more   bool
	}
	eventsMsg    []progress.Event
	installedMsg struct {
		err   error
		after []string
	}
)

// next is what follows a save.
type next int

const (
	stay next = iota
	leave
	leaveWithFiles
	install
)

// wanted is what a plan was made for.
type wanted struct {
	spec spec.Spec
	look int
	seen bool // the facts have arrived
}

func tick() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{} })
}

// guard turns a panic of an effect into an error: a panic outside the program
// would leave the terminal raw.
func guard(what func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("sparkwiz is at fault: %v\n%s", r, debug.Stack())
		}
	}()
	return what()
}

// gathering is how long events are collected before the page is told: twenty
// messages a second are plenty for eyes, and a storm would eat a core.
const gathering = 50 * time.Millisecond

// gather waits for an event and takes along what follows it closely.
func gather(events <-chan progress.Event) (got []progress.Event, more bool) {
	e, ok := <-events
	if !ok {
		return nil, false
	}
	got = append(got, e)
	enough := time.NewTimer(gathering)
	defer enough.Stop()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return got, true // The end is told by the next call.
			}
			got = append(got, e)
		case <-enough.C:
			return got, true
		}
	}
}

// job is one run of Install.
type job struct {
	cancel context.CancelFunc
	events chan progress.Event
	err    error    // set before events is closed
	after  []string // likewise
}

func newJob() *job { return &job{events: make(chan progress.Event, 256)} }

// run works until Install returns. gone ends the wait for a page that is no
// longer there to listen.
func (j *job) run(ctx context.Context, o Options, s spec.Spec, gone <-chan struct{}) {
	defer close(j.events)
	j.err = guard(func() error {
		err := o.Install(ctx, s, func(e progress.Event) {
			select {
			case j.events <- e:
			case <-gone:
			}
		})
		if err == nil && o.After != nil {
			j.after = o.After()
		}
		return err
	})
}

// listen is the command that waits for news of the job.
func (j *job) listen() tea.Msg {
	got, more := gather(j.events)
	if !more {
		return installedMsg{j.err, j.after}
	}
	return eventsMsg(got)
}
