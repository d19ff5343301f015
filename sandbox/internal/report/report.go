// Package report tells what a command does, as lines for people or as events
// for programs, and names the errors that have an exit code of their own.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Event is one line of `-o json`.
type Event struct {
	Event      string        `json:"event"`           // phase, missing, ready, down, error
	Phase      string        `json:"phase,omitempty"` // what is done
	State      string        `json:"state,omitempty"` // started, done, skipped, failed
	Detail     string        `json:"detail,omitempty"`
	Elapsed    float64       `json:"elapsedSeconds"`        // since the command started
	Took       float64       `json:"tookSeconds,omitempty"` // this phase
	Missing    []Requirement `json:"missing,omitempty"`     // with event missing
	Kubeconfig string        `json:"kubeconfig,omitempty"`  // with event ready
	Context    string        `json:"context,omitempty"`     // with event ready
	Server     string        `json:"server,omitempty"`      // with event ready
}

// Reporter writes events; it may be used by several goroutines at once.
type Reporter struct {
	mu    sync.Mutex
	out   io.Writer
	json  bool
	start time.Time
}

// New writes JSON events to events, or lines to text.
func New(asJSON bool, events, text io.Writer) *Reporter {
	out := text
	if asJSON {
		out = events
	}
	return &Reporter{out: out, json: asJSON, start: time.Now()}
}

// Phase reports that a phase starts, runs it, and reports how it ended.
func (r *Reporter) Phase(name string, run func() (detail string, err error)) error {
	began := time.Now()
	r.Send(Event{Event: "phase", Phase: name, State: "started"})
	detail, err := run()
	e := Event{Event: "phase", Phase: name, State: "done", Detail: detail, Took: time.Since(began).Seconds()}
	if err != nil {
		e.State, e.Detail = "failed", err.Error()
	}
	r.Send(e)
	return err
}

// Send writes one event.
func (r *Reporter) Send(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Elapsed = time.Since(r.start).Seconds()
	if r.json {
		_ = json.NewEncoder(r.out).Encode(e) // Nobody is left to tell when the reader has gone.
		return
	}
	if e.Event != "phase" || e.State == "started" {
		return
	}
	mark, detail := " ok ", e.Detail
	if e.State == "failed" {
		mark = "FAIL"
		detail, _, _ = strings.Cut(detail, "\n") // The command prints the whole error at its end.
	}
	fmt.Fprintf(r.out, "%6.1fs  %s  %-20s %s\n", e.Elapsed, mark, e.Phase, detail)
}

// Requirement is something that the machine lacks.
type Requirement struct {
	What   string `json:"what"`
	Remedy string `json:"remedy"` // a command to paste, or a sentence
}

// MissingError lists all that is missing, not only the first.
type MissingError struct{ Requirements []Requirement }

func (e MissingError) Error() string {
	var b strings.Builder
	b.WriteString("something is missing here:")
	for _, r := range e.Requirements {
		fmt.Fprintf(&b, "\n  - %s\n      %s", r.What, r.Remedy)
	}
	return b.String()
}

// UsageError is a wrong flag or argument.
type UsageError struct{ Message string }

func (e UsageError) Error() string { return e.Message }
