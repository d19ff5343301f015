package eventlog

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// attempt names one attempt at a stage.
type attempt struct{ stage, attempt int }

// collector turns events into an Application.
type collector struct {
	app       Application
	events    int64
	first     int64 // earliest and latest time seen
	last      int64
	base      int64 // what launches are relative to
	jobs      map[int]*Job
	stages    map[attempt]*Stage
	jobOf     map[int]int // the job a stage ID is computed for
	executors map[string]int
	sql       map[int64]*SQL
	plans     plans
	left      int              // stages of jobs that may still be listed
	open      map[string]int64 // memory of block managers that came before their executor
}

// mostListed bounds the lists of stages: each job of an iteration lists all stages of those before it, so that they would grow
// with the square of the jobs.
const mostListed = 1_000_000

// longest is how many bytes of a text are kept: some queries are megabytes, and so are the traces of some failures.
const longest = 1000

// short is the beginning of a text.
func short(text string) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}

func newCollector() *collector {
	return &collector{
		left: mostListed,
		jobs: map[int]*Job{}, stages: map[attempt]*Stage{}, jobOf: map[int]int{}, executors: map[string]int{}, sql: map[int64]*SQL{},
		plans: newPlans(), open: map[string]int64{},
	}
}

// seen widens the time that the log covers.
func (c *collector) seen(times ...int64) {
	for _, t := range times {
		if t <= 0 {
			continue
		}
		if c.first == 0 || t < c.first {
			c.first = t
		}
		c.last = max(c.last, t)
		if c.base == 0 {
			c.base = t
		}
	}
}

func (c *collector) event(e Event) error {
	c.events++
	switch e := e.(type) {
	case *TaskEnd:
		c.taskEnd(e)
	case *LogStart:
		c.app.SparkVersion = e.SparkVersion
	case *Environment:
		c.app.Properties = e.Spark
	case *ApplicationStart:
		c.seen(e.Time)
		c.app.ID, c.app.Attempt, c.app.Name, c.app.User, c.app.Start = e.ID, e.Attempt, e.Name, e.User, e.Time
	case *ApplicationEnd:
		c.seen(e.Time)
		c.app.End, c.app.Ended = e.Time, true
	case *JobStart:
		c.jobStart(e)
	case *JobEnd:
		c.seen(e.Time)
		j := c.job(e.ID)
		j.End, j.Succeeded, j.Reason = e.Time, e.Succeeded, short(e.Reason)
	case *StageSubmitted:
		c.seen(e.Stage.Submitted)
		s := c.stage(e.Stage.ID, e.Stage.Attempt)
		s.StageInfo = e.Stage
		s.FailureReason, s.Name = short(s.FailureReason), short(s.Name)
		c.owner(s)
	case *StageCompleted:
		c.stageCompleted(e)
	case *ExecutorAdded:
		c.seen(e.Time)
		x := &c.app.Executors[c.executor(e.ID)]
		x.Host, x.Cores, x.Added = e.Host, e.Cores, e.Time
	case *ExecutorRemoved:
		c.seen(e.Time)
		if i, known := c.executors[e.ID]; known {
			c.app.Executors[i].Removed, c.app.Executors[i].Reason = e.Time, short(e.Reason)
		}
	case *BlockManagerAdded:
		c.blockManager(e)
	case *ExecutorMetrics:
		if i, known := c.executors[e.Executor]; known {
			x := &c.app.Executors[i]
			x.PeakHeap, x.PeakOffHeap, x.PeakRSS = max(x.PeakHeap, e.PeakHeap), max(x.PeakOffHeap, e.PeakOffHeap), max(x.PeakRSS, e.PeakRSS)
		}
	case *SQLStart:
		c.seen(e.Time)
		c.sql[e.ID] = &SQL{ID: e.ID, Root: e.Root, Description: short(e.Description), Start: e.Time}
		c.plans.add(e.ID, e.plan)
	case *SQLEnd:
		c.seen(e.Time)
		if q := c.sql[e.ID]; q != nil {
			q.End, q.Error = e.Time, short(e.Error)
		}
		c.plans.forget(e.ID)
	case *planUpdate:
		c.plans.add(e.sql, e.plan)
	case *driverUpdates:
		if q := c.sql[e.sql]; q != nil {
			c.plans.count(e.updates, &q.Files)
		}
	case *databricksLog:
		c.app.Databricks = true
	}
	return nil
}

// job is the job of an ID; the log may start after its start.
func (c *collector) job(id int) *Job {
	j := c.jobs[id]
	if j == nil {
		j = &Job{ID: id, SQL: -1}
		c.jobs[id] = j
	}
	return j
}

func (c *collector) jobStart(e *JobStart) {
	c.seen(e.Time)
	j := c.job(e.ID)
	j.Start, j.Description, j.Group = e.Time, short(e.Properties[propertyDescription]), short(e.Properties[propertyGroup])
	ids := e.stageIDs
	if len(e.Stages) > 0 {
		ids = make([]int, 0, len(e.Stages))
		for i := range e.Stages {
			ids = append(ids, e.Stages[i].ID)
		}
	}
	if c.left -= len(ids); c.left >= 0 {
		j.Stages = ids
	}
	for _, id := range ids {
		if owner, has := c.jobOf[id]; !has || c.job(owner).End > 0 {
			c.jobOf[id] = j.ID
		}
	}
	var sql int64
	if n, err := fmt.Sscan(e.Properties[propertySQL], &sql); n == 1 && err == nil {
		j.SQL = sql
		if q := c.sql[sql]; q != nil {
			q.Jobs = append(q.Jobs, j.ID)
		}
	}
}

// stage is an attempt at a stage; the log may start after its submission.
func (c *collector) stage(id, n int) *Stage {
	key := attempt{id, n}
	s := c.stages[key]
	if s == nil {
		s = &Stage{StageInfo: StageInfo{ID: id, Attempt: n}, Job: -1, SQL: -1}
		c.stages[key] = s
		c.owner(s)
	}
	return s
}

func (c *collector) owner(s *Stage) {
	if id, has := c.jobOf[s.ID]; has {
		s.Job, s.SQL = id, c.job(id).SQL
	}
}

func (c *collector) stageCompleted(e *StageCompleted) {
	c.seen(e.Stage.Submitted, e.Stage.Completed)
	s := c.stage(e.Stage.ID, e.Stage.Attempt)
	s.StageInfo = e.Stage
	s.FailureReason, s.Name = short(s.FailureReason), short(s.Name)
	s.Ops = c.plans.operators(e.Stage.accumulators)
	s.accumulators = nil
}

// executor is the index of an executor. One that nothing announced is made: logs of Spark 1 do not announce the driver of a
// local application.
func (c *collector) executor(id string) int {
	if i, known := c.executors[id]; known {
		return i
	}
	c.app.Executors = append(c.app.Executors, Executor{ID: id, MaxMemory: c.open[id]})
	i := len(c.app.Executors) - 1
	c.executors[id] = i
	return i
}

// blockManager tells how much memory an executor has, and that there is a driver: nothing else announces that one.
func (c *collector) blockManager(e *BlockManagerAdded) {
	c.seen(e.Time)
	if driver(e.Executor) {
		x := &c.app.Executors[c.executor(e.Executor)]
		x.MaxMemory = e.MaxMemory
		if x.Added == 0 {
			x.Added = e.Time
		}
		return
	}
	if i, known := c.executors[e.Executor]; known {
		c.app.Executors[i].MaxMemory = e.MaxMemory
		return
	}
	c.open[e.Executor] = e.MaxMemory
}

func (c *collector) taskEnd(e *TaskEnd) {
	c.seen(e.Launch, e.Finish)
	s := c.stage(e.Stage, e.StageAttempt)
	at, known := c.executors[string(e.executor)]
	if !known && len(e.executor) > 0 {
		at = c.executor(string(e.executor))
	}
	if len(e.executor) == 0 {
		at = -1
	} else {
		x := &c.app.Executors[at]
		x.Tasks++
		x.PeakHeap = max(x.PeakHeap, e.Metrics.PeakHeap)
		if x.Added == 0 {
			x.Added = e.Launch
		}
	}
	t := Task{
		Launch: clamp(e.Launch - c.base), Duration: clamp(max(0, e.Finish-e.Launch)), RunTime: clamp(e.Metrics.RunTime),
		Executor: int32(at), Index: clamp(int64(e.Index)), Input: float32(e.Metrics.Input + e.Metrics.ShuffleRead()),
		Attempt: uint8(min(max(0, e.Attempt), math.MaxUint8)), Flags: flags(e),
	}
	switch {
	case t.Flags&TaskKilled != 0:
		s.Killed++
	case t.Flags&TaskFailed != 0:
		s.Failed++
	}
	if e.HasMetrics {
		s.Metrics.add(&e.Metrics)
	}
	s.Tasks = grow(s.Tasks, s.NumTasks)
	s.Tasks = append(s.Tasks, t)
}

// flags tell how the attempt ended. Its own flags and the reason say it together: Spark 2 sets Failed for killed ones too.
func flags(e *TaskEnd) TaskFlags {
	var f TaskFlags
	switch {
	case e.Killed || e.Reason == "TaskKilled":
		f = TaskKilled
	case e.Failed || e.Reason != "" && e.Reason != "Success":
		f = TaskFailed
	}
	if e.Speculative {
		f |= TaskSpeculative
	}
	if e.Metrics.DiskSpill > 0 || e.Metrics.MemorySpill > 0 {
		f |= TaskSpilled
	}
	if !e.HasMetrics {
		f |= TaskNoMetrics
	}
	return f
}

// grow makes room for one more task: as many as the stage announced when it is close to that, and never much more than there
// are, since a log can announce what it likes.
func grow(tasks []Task, announced int) []Task {
	if len(tasks) < cap(tasks) {
		return tasks
	}
	n := max(4, len(tasks)/8)
	if more := announced - len(tasks); more > 0 {
		n = min(more, max(len(tasks), 256))
	}
	return slices.Concat(tasks, make([]Task, n))[:len(tasks)]
}

// clamp fits milliseconds into a task: 24 days in either direction.
func clamp(n int64) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }

// application finishes what was gathered.
func (c *collector) application(ended bool) *Application {
	a := &c.app
	if a.Start == 0 {
		a.Start = c.first
	}
	if !ended {
		a.End = c.last
	}
	if v := a.Properties["spark.databricks.clusterUsageTags.sparkVersion"]; v != "" {
		a.Databricks = true
		a.SparkVersion = cmp.Or(a.SparkVersion, v) // The runtime's version: its logs do not say which Spark that is.
	}
	c.lists()
	unfinished := 0
	for i := range a.Stages {
		s := &a.Stages[i]
		c.shift(s)
		s.finish()
		a.Photon = a.Photon || s.Ops&OpPhoton != 0
		a.GPU = a.GPU || s.Ops&OpGPU != 0
		if s.Completed == 0 {
			unfinished++
		}
	}
	if unfinished > 0 {
		a.Incomplete = append(a.Incomplete, fmt.Sprintf("%d of %d stages have no end in the log", unfinished, len(a.Stages)))
	}
	return a
}

// shift makes launches relative to the application's start: its event comes after the first ones.
func (c *collector) shift(s *Stage) {
	by := c.base - c.app.Start
	if by == 0 {
		return
	}
	for i := range s.Tasks {
		s.Tasks[i].Launch = clamp(int64(s.Tasks[i].Launch) + by)
	}
}

// lists moves what was gathered in maps into lists.
func (c *collector) lists() {
	for _, j := range c.jobs {
		c.app.Jobs = append(c.app.Jobs, *j)
	}
	slices.SortFunc(c.app.Jobs, func(a, b Job) int { return cmp.Compare(a.ID, b.ID) })
	for _, s := range c.stages {
		c.app.Stages = append(c.app.Stages, *s)
	}
	slices.SortFunc(c.app.Stages, func(a, b Stage) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Attempt, b.Attempt))
	})
	for _, q := range c.sql {
		c.app.SQL = append(c.app.SQL, *q)
	}
	slices.SortFunc(c.app.SQL, func(a, b SQL) int { return cmp.Compare(a.ID, b.ID) })
}
