package replay

import (
	"cmp"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// sparklens is Sparklens' estimate of the same run, to compare with: the driver's time and, for each group of jobs, its tasks'
// executorRunTime on all cores of the most executors that were there at a time, from the start. Jobs of one query that overlap
// are a group; attempts at stages that failed do not count. It follows the description of its CompletionEstimator and
// JobOverlapHelper.
func sparklens(a *eventlog.Application) (estimate, driver int64) {
	slots := max(1, a.MaxExecutors()) * max(1, a.CoresPerExecutor())
	if a.CoresPerExecutor() == 0 {
		slots = max(1, concurrency(a))
	}
	var inJobs, simulated int64
	for _, g := range groups(a) {
		inJobs += g.end - g.start
		end, _ := simulate(g.program(a), []change{{0, slots}})
		simulated += end
	}
	driver = max(0, a.Duration()-inJobs)
	return driver + simulated, driver
}

// group is some jobs that ran together.
type group struct {
	start, end int64
	jobs       map[int]bool
}

func groups(a *eventlog.Application) []group {
	var jobs []eventlog.Job
	for _, j := range a.Jobs {
		if j.Start > 0 && j.End > 0 {
			jobs = append(jobs, j)
		}
	}
	slices.SortStableFunc(jobs, func(x, y eventlog.Job) int { return cmp.Or(cmp.Compare(x.SQL, y.SQL), cmp.Compare(x.Start, y.Start)) })
	var all []group
	for i, j := range jobs {
		if last := len(all) - 1; i > 0 && j.SQL >= 0 && jobs[i-1].SQL == j.SQL && j.Start <= all[last].end {
			all[last].end = max(all[last].end, j.End)
			all[last].jobs[j.ID] = true
			continue
		}
		all = append(all, group{j.Start, j.End, map[int]bool{j.ID: true}})
	}
	return all
}

func (g group) program(a *eventlog.Application) *program {
	p := &program{jobs: []job{{after: -1}}}
	index := map[int]int{}
	for i := range a.Stages {
		s := &a.Stages[i]
		if !g.jobs[s.Job] || s.FailureReason != "" || len(s.Tasks) == 0 {
			continue
		}
		one := stage{priority: s.ID}
		for _, parent := range s.Parents {
			if at, has := index[parent]; has {
				one.parents = append(one.parents, at)
			}
		}
		tasks := slices.Clone(s.Tasks)
		slices.SortStableFunc(tasks, func(x, y eventlog.Task) int { return cmp.Compare(x.Launch, y.Launch) })
		for _, t := range tasks {
			if t.Flags&eventlog.TaskNoMetrics == 0 {
				one.tasks = append(one.tasks, max(1, t.RunTime))
				one.waits = append(one.waits, true)
			}
		}
		if len(one.tasks) == 0 {
			continue
		}
		index[s.ID] = len(p.stages)
		p.jobs[0].stages = append(p.jobs[0].stages, len(p.stages))
		p.stages = append(p.stages, one)
	}
	return p
}
