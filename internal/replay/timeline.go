package replay

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// taskCPUs is how many cores of an executor one task takes.
func taskCPUs(a *eventlog.Application) int {
	if n, err := strconv.Atoi(a.Properties["spark.task.cpus"]); err == nil && n > 0 {
		return n
	}
	return 1
}

// slotsOf is how many tasks an executor runs at a time. Where the log does not say how many cores it has, it is the most that
// did run at a time.
func slotsOf(a *eventlog.Application, e eventlog.Executor, most int) int {
	if e.Cores > 0 {
		return max(1, e.Cores/taskCPUs(a))
	}
	return max(1, most)
}

// actual is when slots came and went in the real run.
func actual(a *eventlog.Application) []change {
	var changes []change
	most := 0
	for _, e := range a.Workers() {
		if e.Cores == 0 {
			most = concurrency(a)
			break
		}
	}
	for _, e := range a.Workers() {
		n := slotsOf(a, e, most)
		changes = append(changes, change{max(0, e.Added-a.Start), n})
		if e.Removed > 0 {
			changes = append(changes, change{max(0, e.Removed-a.Start), -n})
		}
	}
	return changes
}

// concurrency is the most tasks that one executor ran at a time.
func concurrency(a *eventlog.Application) int {
	type edge struct {
		executor int32
		at       int32
		by       int
	}
	var edges []edge
	for i := range a.Stages {
		for _, t := range a.Stages[i].Tasks {
			edges = append(edges, edge{t.Executor, t.Launch, 1}, edge{t.Executor, t.Launch + max(1, t.Duration), -1})
		}
	}
	slices.SortFunc(edges, func(x, y edge) int {
		return cmp.Or(cmp.Compare(x.executor, y.executor), cmp.Compare(x.at, y.at), cmp.Compare(x.by, y.by))
	})
	most, now := 0, 0
	for i, e := range edges {
		if i > 0 && edges[i-1].executor != e.executor {
			now = 0
		}
		now += e.by
		most = max(most, now)
	}
	return most
}
