package deploy

import (
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func TestActions(t *testing.T) {
	blocked := fault.New(fault.Failed, "somebody must act", "")
	for _, c := range []struct {
		name  string
		seen  Observed
		adopt bool
		want  Action
	}{
		{"absent", Observed{State: Absent}, false, Create},
		{"as planned", Observed{State: InSync}, false, Keep},
		{"answers changed", Observed{State: OutOfSync}, false, Update},
		{"changed by hand", Observed{State: Drifted}, false, Update},
		{"failed before", Observed{State: Failed}, false, Update},
		{"never ended", Observed{State: Pending}, false, Repair},
		{"somebody else's", Observed{State: Foreign}, false, Refuse},
		{"somebody else's, with consent for orphans", Observed{State: Foreign}, true, Refuse},
		{"orphan", Observed{State: Orphan, Fault: blocked}, false, Refuse},
		{"orphan, with consent", Observed{State: Orphan, Fault: blocked}, true, Create},
		{"could not look", Observed{State: Unknown}, false, Refuse},
		{"a Secret that the user makes", Observed{State: Absent, Fault: blocked}, true, Refuse},
		{"a state nobody thought of", Observed{State: "odd"}, false, Refuse},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.seen.action(c.adopt); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEveryStateHasOneRule(t *testing.T) {
	seen := map[State]int{}
	for _, r := range rules() {
		seen[r.State]++
		if r.Why == "" {
			t.Errorf("nobody knows why %s leads to %s", r.State, r.Action)
		}
	}
	for _, s := range []State{Absent, Orphan, Foreign, InSync, OutOfSync, Drifted, Failed, Pending, Unknown} {
		if seen[s] != 1 {
			t.Errorf("%s has %d rules", s, seen[s])
		}
	}
}
