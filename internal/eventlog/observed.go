package eventlog

import (
	"cmp"
	"slices"
)

// Observed is what was measured, under the names of the JSON output. Sums are over all task attempts that have metrics, failed
// ones as well: that is the time and the memory the cluster spent.
type Observed struct {
	AppID             string   `json:"appId"`
	AppName           string   `json:"appName"`
	SparkVersion      string   `json:"sparkVersion"`
	DurationMs        int64    `json:"durationMs"`
	Jobs              int      `json:"jobs"`
	Stages            int      `json:"stages"` // attempts that were submitted
	Tasks             int      `json:"tasks"`  // attempts that ended
	FailedTasks       int      `json:"failedTasks"`
	ExecutorRunTimeMs int64    `json:"executorRunTimeMs"`
	InputBytes        int64    `json:"inputBytes"`
	OutputBytes       int64    `json:"outputBytes"`
	ShuffleReadBytes  int64    `json:"shuffleReadBytes"`
	ShuffleWriteBytes int64    `json:"shuffleWriteBytes"`
	MemorySpillBytes  int64    `json:"memorySpillBytes"`
	DiskSpillBytes    int64    `json:"diskSpillBytes"`
	JVMGCTimeMs       int64    `json:"jvmGcTimeMs"`
	MaxExecutors      int      `json:"maxExecutors"`     // most that were there at one time
	CoresPerExecutor  int      `json:"coresPerExecutor"` // of most of them; 0: the log does not say
	Incomplete        bool     `json:"incomplete"`
	IncompleteBecause []string `json:"incompleteBecause,omitempty"`
}

// Observe adds up what was measured.
func Observe(a *Application) Observed {
	o := Observed{
		AppID: a.ID, AppName: a.Name, SparkVersion: a.SparkVersion, DurationMs: a.Duration(), Jobs: len(a.Jobs), Stages: len(a.Stages),
		Incomplete: len(a.Incomplete) > 0, IncompleteBecause: a.Incomplete,
	}
	m := a.Total()
	o.ExecutorRunTimeMs, o.JVMGCTimeMs = m.RunTime, m.GCTime
	o.InputBytes, o.OutputBytes = m.Input, m.Output
	o.ShuffleReadBytes, o.ShuffleWriteBytes = m.ShuffleRead(), m.ShuffleWrite
	o.MemorySpillBytes, o.DiskSpillBytes = m.MemorySpill, m.DiskSpill
	for i := range a.Stages {
		o.Tasks += len(a.Stages[i].Tasks)
		o.FailedTasks += a.Stages[i].Failed
	}
	o.MaxExecutors, o.CoresPerExecutor = a.MaxExecutors(), a.CoresPerExecutor()
	return o
}

// Total is the sum over all stages.
func (a *Application) Total() Metrics {
	var m Metrics
	for i := range a.Stages {
		m.add(&a.Stages[i].Metrics)
	}
	return m
}

// Workers are the executors that may run tasks: all but the driver, and the driver too where it runs them.
func (a *Application) Workers() []Executor {
	var workers []Executor
	for _, e := range a.Executors {
		if !driver(e.ID) || e.Cores > 0 || e.Tasks > 0 {
			workers = append(workers, e)
		}
	}
	return workers
}

// driver is the name of the driver in place of an executor, in Spark 1 and since.
func driver(id string) bool { return id == "driver" || id == "<driver>" }

// MaxExecutors is how many executors were there at one time, at most.
func (a *Application) MaxExecutors() int {
	type change struct {
		at int64
		by int
	}
	var changes []change
	for _, e := range a.Workers() {
		changes = append(changes, change{e.Added, 1})
		if e.Removed > 0 {
			changes = append(changes, change{e.Removed, -1})
		}
	}
	// One that goes at the moment another comes makes room for it.
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	most, now := 0, 0
	for _, c := range changes {
		now += c.by
		most = max(most, now)
	}
	return most
}

// CoresPerExecutor is the number of slots that most executors have, 0 when the log does not say.
func (a *Application) CoresPerExecutor() int {
	counts := map[int]int{}
	best := 0
	for _, e := range a.Workers() {
		counts[e.Cores]++
		if e.Cores != best && (counts[e.Cores] > counts[best] || counts[e.Cores] == counts[best] && e.Cores > best) {
			best = e.Cores
		}
	}
	return best
}

// PeakHeap is the highest heap of any executor that runs tasks, 0 when none was measured.
func (a *Application) PeakHeap() int64 {
	var peak int64
	for _, e := range a.Workers() {
		peak = max(peak, e.PeakHeap)
	}
	return peak
}
