package replay

import (
	"cmp"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// program is an application as work to schedule: what was measured and does not depend on how many executors there are.
type program struct {
	jobs   []job   // in the order in which they started
	stages []stage // those that ran, by job
	tail   int64   // from the last job's end to the application's, ms
	tasks  int
	idle   *idle
}

// job starts a fixed time after another one ended: the driver needed that time, whatever the executors did.
type job struct {
	id     int   // Spark's, which is also its priority
	after  int   // index of the job whose end it follows, -1: the application's start
	gap    int64 // ms
	stages []int
	tail   int64 // from the end of its last stage to its own, ms
}

// stage is an attempt at a stage: its tasks may start a fixed time after its parents ended.
type stage struct {
	job      int
	parents  []int // indices of stages of the same job
	delay    int64 // ms from there until its first task could start
	tasks    []int32
	waits    []bool // the stage ends without this task: it was killed, or failed and ran again
	priority int
}

// compile makes the program of an application.
func compile(a *eventlog.Application) *program {
	p := &program{idle: idleTimes(a)}
	var jobs []eventlog.Job
	for _, j := range a.Jobs {
		if j.Start > 0 {
			jobs = append(jobs, j)
		}
	}
	slices.SortStableFunc(jobs, func(x, y eventlog.Job) int { return cmp.Compare(x.Start, y.Start) })
	byJob := map[int][]*eventlog.Stage{}
	for i := range a.Stages {
		if s := &a.Stages[i]; len(s.Tasks) > 0 {
			byJob[s.Job] = append(byJob[s.Job], s)
		}
	}
	ends := make([]int64, len(jobs))
	for i, j := range jobs {
		ends[i] = ended(j, byJob[j.ID])
		last := j.Start
		at := len(p.jobs)
		p.jobs = append(p.jobs, job{id: j.ID, after: -1, gap: j.Start - a.Start})
		for k := range i {
			if ends[k] <= j.Start && (p.jobs[at].after < 0 || ends[k] >= ends[p.jobs[at].after]) {
				p.jobs[at].after, p.jobs[at].gap = k, j.Start-ends[k]
			}
		}
		for _, s := range p.add(a, at, j, byJob[j.ID]) {
			last = max(last, s)
		}
		p.jobs[at].tail = max(0, ends[i]-last)
	}
	p.tail = max(0, a.End-max(a.Start, slices.Max(append([]int64{0}, ends...))))
	return p
}

// ended is when a job ended; without that event, when its last task did.
func ended(j eventlog.Job, stages []*eventlog.Stage) int64 {
	if j.End > 0 {
		return max(j.End, j.Start)
	}
	end := j.Start
	for _, s := range stages {
		end = max(end, s.Completed)
	}
	return end
}

// add adds the stages of a job and returns when each ended.
func (p *program) add(a *eventlog.Application, at int, j eventlog.Job, stages []*eventlog.Stage) []int64 {
	slices.SortStableFunc(stages, func(x, y *eventlog.Stage) int {
		return cmp.Or(cmp.Compare(x.Submitted, y.Submitted), cmp.Compare(x.ID, y.ID), cmp.Compare(x.Attempt, y.Attempt))
	})
	index := map[int]int{} // the latest attempt at each stage so far
	finished := make([]int64, 0, len(stages))
	first := len(p.stages)
	for _, s := range stages {
		one := stage{job: at, priority: s.ID}
		ready := j.Start
		need := func(id int) {
			if i, has := index[id]; has && finished[i-first] <= s.Submitted {
				one.parents = append(one.parents, i)
				ready = max(ready, finished[i-first])
			}
		}
		for _, id := range s.Parents {
			need(id)
		}
		need(s.ID) // Another attempt starts after the one before.
		end := one.load(a, s)
		// What passes between a stage that is ready and its first task, with a slot free, is the driver's time: planning, closures
		// to serialize, waiting for data to be near.
		one.delay = max(0, s.Submitted-ready) + p.idle.before(a, s)
		if s.Completed > 0 {
			end = s.Completed
		}
		index[s.ID] = len(p.stages)
		p.jobs[at].stages = append(p.jobs[at].stages, len(p.stages))
		p.stages = append(p.stages, one)
		p.tasks += len(one.tasks)
		finished = append(finished, end)
	}
	return finished
}

// load takes the tasks in the order in which they were launched, and returns when the last one ended.
func (s *stage) load(a *eventlog.Application, from *eventlog.Stage) int64 {
	tasks := slices.Clone(from.Tasks)
	slices.SortStableFunc(tasks, func(x, y eventlog.Task) int {
		return cmp.Or(cmp.Compare(x.Launch, y.Launch), cmp.Compare(x.Index, y.Index))
	})
	var end int64
	s.tasks, s.waits = make([]int32, len(tasks)), make([]bool, len(tasks))
	for i, t := range tasks {
		s.tasks[i] = max(1, t.Duration)
		s.waits[i] = t.Succeeded() || from.FailureReason != ""
		end = max(end, a.Start+int64(t.Launch)+int64(t.Duration))
	}
	return end
}
