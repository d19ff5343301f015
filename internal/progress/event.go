// Package progress is what a long piece of work says about itself. The
// engine and the verification emit events; the terminal page, the plain log
// and the JSON stream are three observers of the same events.
package progress

import "time"

// State is where a step stands.
type State string

// The states of a step, in the order in which a step passes through them.
const (
	Waiting  State = "waiting"  // a step it needs is not ready yet
	Running  State = "running"  // objects are being written
	Settling State = "settling" // written, not ready yet; Reason says what it waits for
	Done     State = "done"
	Same     State = "unchanged" // nothing had to be written
	Failed   State = "failed"
	Skipped  State = "skipped" // a step it needs has failed
)

// Ended reports whether a step in this state will not change any more.
func (s State) Ended() bool {
	return s == Done || s == Same || s == Failed || s == Skipped
}

// Event is one change of one step. The JSON form is a stable contract:
// `-o json` prints one event per line.
type Event struct {
	Time   time.Time     `json:"time"`
	Step   string        `json:"step"`            // stable name, e.g. release/hive-metastore
	Title  string        `json:"title,omitempty"` // for people
	State  State         `json:"state"`
	Reason string        `json:"reason,omitempty"` // why it waits, or why it failed: object, reason, evidence
	Hint   string        `json:"hint,omitempty"`   // a command to paste
	Ready  int           `json:"ready,omitempty"`  // pods ready
	Want   int           `json:"want,omitempty"`   // pods wanted
	Took   time.Duration `json:"took,omitempty"`   // nanoseconds, set when the step has ended
	Expect time.Duration `json:"expect,omitempty"` // nanoseconds this step usually takes, 0 when unknown
	Output string        `json:"output,omitempty"` // lines for people, e.g. the rows of a query
}

// Observer receives events, one at a time and in order.
type Observer func(Event)

// Nobody is the observer that looks away.
func Nobody(Event) {}
