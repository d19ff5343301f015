package secret

// State is how one look at a provider ended.
type State string

// The states. What could not be looked at is Unknown, never OK.
const (
	OK      State = "ok"
	Failed  State = "failed"
	Unknown State = "unknown"
	Later   State = "later" // an apply makes it
)

// Finding is one statement about a provider in a cluster.
type Finding struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Says  string `json:"says"`
	Hint  string `json:"hint,omitempty"`
}
