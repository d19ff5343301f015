package deploy

import "github.com/sparkwiz/sparkwiz/internal/fault"

// State is how one step's objects stand against the plan.
type State string

// The states that Observe finds.
const (
	Absent    State = "absent"
	Orphan    State = "orphan"      // made by a release whose record is gone
	Foreign   State = "foreign"     // somebody else's
	InSync    State = "in sync"     // as planned
	OutOfSync State = "out of sync" // ours, from another plan
	Drifted   State = "drifted"     // ours, changed by somebody
	Failed    State = "failed"      // the last operation failed
	Pending   State = "pending"     // an operation began and never ended
	Unknown   State = "unknown"     // could not be looked at
)

// Action is what is done about a state.
type Action string

// The actions. Only Keep and Refuse write nothing.
const (
	Keep   Action = "keep"
	Refuse Action = "refuse" // blocks the whole run before its first write
	Create Action = "create"
	Update Action = "update"
	Repair Action = "repair" // end what never ended, then update
	Remove Action = "remove" // the plan has it no longer
)

// rule is one line of the table: what is done about a state, and why.
type rule struct {
	State  State
	Action Action
	Why    string
}

// rules is the whole policy of the engine.
func rules() []rule {
	return []rule{
		{Absent, Create, "nothing is there"},
		{Orphan, Refuse, "objects without a record may be all that is left of somebody's data; --adopt takes them over"},
		{Foreign, Refuse, "what is not ours is never changed"},
		{InSync, Keep, "a second run writes nothing"},
		{OutOfSync, Update, "the answers have changed"},
		{Drifted, Update, "the plan says otherwise"},
		{Failed, Update, "an upgrade in place repairs a failed install and keeps its evidence until then"},
		{Pending, Repair, "we hold the lock, so whoever began it is dead"},
		{Unknown, Refuse, "what could not be looked at is not taken for absent"},
	}
}

// Observed is what one look at a step's objects found.
type Observed struct {
	State  State
	Reason string       // what tells: an object, a field
	Fault  *fault.Error // set when the run cannot go on: what people must do
}

// action looks the state up in the table. adopt is the consent to take over
// orphans; any other fault is for people to mend.
func (o Observed) action(adopt bool) Action {
	if o.State == Orphan && adopt {
		return Create
	}
	for _, r := range rules() {
		if r.State == o.State && o.Fault == nil {
			return r.Action
		}
	}
	return Refuse
}
