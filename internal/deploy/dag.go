package deploy

import (
	"context"
	"slices"
	"time"
)

// task is one node of the graph.
type task struct {
	name  string
	needs []string // tasks that must succeed first
	run   func(context.Context) error
}

// ending is how a task came out.
type ending struct {
	name    string
	err     error
	started bool
	because string // the task whose failure kept this one from starting
	running bool   // had not ended when the drain was over
}

func (e ending) ok() bool { return e.started && !e.running && e.err == nil }

// schedule runs every task the moment all that it needs have succeeded. A
// failure skips what depends on it and nothing else. When ctx ends nothing
// new is started, and what runs is waited for, but no longer than drain.
// skipped is called as soon as a task is known never to start. Every task
// must stand after those it needs; the endings come in the same order.
func schedule(ctx context.Context, tasks []task, drain time.Duration, skipped func(name, because string)) []ending {
	endings := make([]ending, len(tasks))
	index := map[string]int{}
	for i, t := range tasks {
		endings[i].name, index[t.name] = t.name, i
	}
	type result struct {
		task int
		err  error
	}
	ended := make(chan result, len(tasks))
	running := 0
	stopping := ctx.Done()
	var out <-chan time.Time
	for {
		for i, t := range tasks {
			e := &endings[i]
			if e.started || e.because != "" {
				continue
			}
			if ctx.Err() != nil {
				continue // What ended early has not failed, and nothing hangs on it any more.
			}
			if e.because = severed(t, endings, index); e.because != "" {
				skipped(t.name, e.because)
				continue
			}
			if satisfied(t, endings, index) {
				e.started, e.running = true, true
				running++
				go func() { ended <- result{i, t.run(ctx)} }()
			}
		}
		if running == 0 {
			return endings
		}
		select {
		case r := <-ended:
			endings[r.task].running, endings[r.task].err = false, r.err
			running--
		case <-stopping:
			stopping, out = nil, time.After(drain)
		case <-out:
			return endings
		}
	}
}

// severed names the task whose failure keeps t from ever starting.
func severed(t task, endings []ending, index map[string]int) string {
	for _, need := range t.needs {
		e := endings[index[need]]
		switch {
		case e.because != "":
			return e.because
		case e.started && !e.running && e.err != nil:
			return need
		}
	}
	return ""
}

func satisfied(t task, endings []ending, index map[string]int) bool {
	return !slices.ContainsFunc(t.needs, func(need string) bool { return !endings[index[need]].ok() })
}
