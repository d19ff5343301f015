package replay

import (
	"cmp"
	"slices"
	"sort"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// idle knows when a slot was free in the real run.
type idle struct {
	times []int64 // ms after the application's start, sorted
	free  []int   // slots that were free from then on
}

// idleTimes goes through the launches and ends of all tasks and through the executors that came and went.
func idleTimes(a *eventlog.Application) *idle {
	changes := actual(a)
	for i := range a.Stages {
		for _, t := range a.Stages[i].Tasks {
			changes = append(changes, change{int64(t.Launch), -1}, change{int64(t.Launch) + int64(t.Duration), 1})
		}
	}
	slices.SortFunc(changes, func(x, y change) int { return cmp.Compare(x.at, y.at) })
	idle := &idle{}
	now := 0
	for i, c := range changes {
		now += c.slots
		if i+1 < len(changes) && changes[i+1].at == c.at {
			continue
		}
		idle.times, idle.free = append(idle.times, c.at), append(idle.free, now)
	}
	return idle
}

// before is how long a slot was free without a break until a stage's first task, ms, but not longer than since its submission.
// Slots that were free for a moment before, and went to other stages, do not count.
func (i *idle) before(a *eventlog.Application, s *eventlog.Stage) int64 {
	first := int64(1) << 62
	for _, t := range s.Tasks {
		first = min(first, int64(t.Launch))
	}
	from := s.Submitted - a.Start
	if s.Submitted == 0 || first <= from {
		return 0
	}
	since := first
	for at := sort.Search(len(i.times), func(k int) bool { return i.times[k] >= first }) - 1; at >= 0 && i.free[at] > 0; at-- {
		since = i.times[at]
		if since <= from {
			break
		}
	}
	return first - max(since, from)
}
