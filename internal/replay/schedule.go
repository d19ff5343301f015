package replay

// change adds slots at a time, or takes them away.
type change struct {
	at    int64 // ms after the application's start
	slots int
}

// moment is something that happens: a stage is ready, a task ends, a job starts or ends, slots come or go.
type moment struct {
	at   int64
	what what
	id   int
}

type what uint8

const (
	slotsChange what = iota
	taskEnds
	jobEnds
	jobStarts
	stageReady
)

// moments is a heap of what is to come, the earliest first. It is not container/heap, which needs memory for every entry: a
// curve has hundreds of millions of them.
type moments []moment

func (m moments) before(i, j int) bool {
	return m[i].at < m[j].at || m[i].at == m[j].at && m[i].what < m[j].what
}

func (m *moments) push(one moment) {
	*m = append(*m, one)
	h := *m
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.before(i, up) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (m *moments) pop() moment {
	h := *m
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	*m = h
	for i := 0; ; {
		least := i
		for kid := 2*i + 1; kid <= 2*i+2 && kid < last; kid++ {
			if h.before(kid, least) {
				least = kid
			}
		}
		if least == i {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// run is one simulation.
type run struct {
	p       *program
	events  moments
	ready   []int // stages with tasks to start, the most urgent first
	next    []int // the next task of each stage
	left    []int // tasks that each stage still waits for
	parents []int // parents that each stage still waits for
	stages  []int // stages that each job still waits for
	after   map[int][]int
	kids    [][]int
	slots   int // slots that are there
	busy    int
	work    int64
	end     int64
}

// simulate schedules the program on slots that come and go, first come first served as Spark's scheduler does by default: the
// earlier job first, and its earlier stage. It returns when the application ends, in ms after its start.
func simulate(p *program, slots []change) (end, work int64) {
	r := &run{p: p, next: make([]int, len(p.stages)), left: make([]int, len(p.stages)), parents: make([]int, len(p.stages))}
	r.stages, r.after, r.kids = make([]int, len(p.jobs)), map[int][]int{}, make([][]int, len(p.stages))
	for i, s := range p.stages {
		r.parents[i] = len(s.parents)
		for _, parent := range s.parents {
			r.kids[parent] = append(r.kids[parent], i)
		}
		for _, waits := range s.waits {
			if waits {
				r.left[i]++
			}
		}
	}
	for i, j := range p.jobs {
		r.stages[i] = len(j.stages)
		if j.after < 0 {
			r.push(j.gap, jobStarts, i)
		} else {
			r.after[j.after] = append(r.after[j.after], i)
		}
	}
	for _, c := range slots {
		r.push(c.at, slotsChange, c.slots)
	}
	r.loop()
	return r.end + p.tail, r.work
}

func (r *run) push(at int64, w what, id int) { r.events.push(moment{at, w, id}) }

func (r *run) loop() {
	for len(r.events) > 0 {
		now := r.events[0].at
		for len(r.events) > 0 && r.events[0].at == now {
			r.happen(r.events.pop())
		}
		r.start(now)
	}
}

func (r *run) happen(m moment) {
	switch m.what {
	case slotsChange:
		// The last slot stays: in this run its work may not be done yet, when in the real one it was.
		if r.slots+m.id > 0 || m.id > 0 {
			r.slots += m.id
		}
	case taskEnds:
		r.busy--
		if m.id >= 0 {
			if r.left[m.id]--; r.left[m.id] == 0 {
				r.stageEnds(m.at, m.id)
			}
		}
	case stageReady:
		if r.left[m.id] == 0 { // Only tasks that were killed: nothing waits for them.
			r.stageEnds(m.at, m.id)
		}
		r.enqueue(m.id)
	case jobStarts:
		r.end = max(r.end, m.at)
		if r.stages[m.id] == 0 {
			r.push(m.at+r.p.jobs[m.id].tail, jobEnds, m.id)
		}
		for _, s := range r.p.jobs[m.id].stages {
			if r.parents[s] == 0 {
				r.push(m.at+r.p.stages[s].delay, stageReady, s)
			}
		}
	case jobEnds:
		r.end = max(r.end, m.at)
		for _, j := range r.after[m.id] {
			r.push(m.at+r.p.jobs[j].gap, jobStarts, j)
		}
	}
}

func (r *run) stageEnds(at int64, s int) {
	for _, kid := range r.kids[s] {
		if r.parents[kid]--; r.parents[kid] == 0 {
			r.push(at+r.p.stages[kid].delay, stageReady, kid)
		}
	}
	j := r.p.stages[s].job
	if r.stages[j]--; r.stages[j] == 0 {
		r.push(at+r.p.jobs[j].tail, jobEnds, j)
	}
}

// enqueue puts a stage among those that are ready, by job and then by stage.
func (r *run) enqueue(s int) {
	urgent := func(a, b int) bool {
		x, y := &r.p.stages[a], &r.p.stages[b]
		if x.job != y.job {
			return r.p.jobs[x.job].id < r.p.jobs[y.job].id
		}
		return x.priority < y.priority
	}
	r.ready = append(r.ready, s)
	for i := len(r.ready) - 1; i > 0 && urgent(r.ready[i], r.ready[i-1]); i-- {
		r.ready[i], r.ready[i-1] = r.ready[i-1], r.ready[i]
	}
}

// start gives free slots to tasks.
func (r *run) start(now int64) {
	for r.busy < r.slots && len(r.ready) > 0 {
		s := r.ready[0]
		n := r.next[s]
		if n == len(r.p.stages[s].tasks) {
			r.ready = r.ready[1:]
			continue
		}
		r.next[s]++
		r.busy++
		took := int64(r.p.stages[s].tasks[n])
		r.work += took
		id := -1
		if r.p.stages[s].waits[n] {
			id = s
		}
		r.push(now+took, taskEnds, id)
	}
}
