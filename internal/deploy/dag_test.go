package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// record is a list that tasks write at the same time.
type record struct {
	mu  sync.Mutex
	all []string
}

func (r *record) add(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, what)
}

func (r *record) sorted() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.all))
}

// clocked is a graph of tasks that take some seconds, on a clock of its own:
// "a:3" takes 3 s, "b:2<a" needs a, "c:1!" fails.
func clocked(t *testing.T, graph string, began *record, start func() time.Duration) []task {
	t.Helper()
	var tasks []task
	for part := range strings.FieldsSeq(graph) {
		head, needs, _ := strings.Cut(part, "<")
		name, rest, _ := strings.Cut(head, ":")
		rest, fails := strings.CutSuffix(rest, "!")
		seconds, err := time.ParseDuration(rest + "s")
		if err != nil {
			t.Fatal(err)
		}
		tk := task{name: name, run: func(context.Context) error {
			began.add(fmt.Sprintf("%s@%d", name, int(start().Seconds())))
			time.Sleep(seconds)
			if fails {
				return errors.New("no luck")
			}
			return nil
		}}
		if needs != "" {
			tk.needs = strings.Split(needs, ",")
		}
		tasks = append(tasks, tk)
	}
	return tasks
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct{ name, graph, begins, skips string }{
		{"each begins with its own parents", "a:3 b:1 c:1<b d:1<a,c", "a@0 b@0 c@1 d@3", ""},
		{"a failure skips what hangs on it only", "a:1! b:2 c:1<a d:1<b e:1<c", "a@0 b@0 d@2", "c<a e<a"},
		{"one of two parents is enough to skip", "a:1! b:5 c:1<a,b", "a@0 b@0", "c<a"},
		{"nothing to do", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var began record
				var skipped []string
				zero := time.Now()
				tasks := clocked(t, c.graph, &began, func() time.Duration { return time.Since(zero) })
				schedule(t.Context(), tasks, time.Minute, func(name, because string) { skipped = append(skipped, name+"<"+because) })
				if got := strings.Join(began.sorted(), " "); got != c.begins {
					t.Errorf("began %q, want %q", got, c.begins)
				}
				if got := strings.Join(skipped, " "); got != c.skips {
					t.Errorf("skipped %q, want %q", got, c.skips)
				}
			})
		})
	}
}

func TestScheduleInterrupted(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		took        time.Duration
		running     []string
	}{
		{"what runs is waited for", "a:10 b:1<a", 10 * time.Second, nil},
		{"but not for ever", "a:10 b:100 c:1<b", 5*time.Second + drain, []string{"b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var began record
				zero := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				tasks := clocked(t, c.graph, &began, func() time.Duration { return time.Since(zero) })
				endings := schedule(ctx, tasks, drain, func(name, because string) { t.Errorf("%s was skipped because of %s", name, because) })
				if took := time.Since(zero); took != c.took {
					t.Errorf("it took %s, want %s", took, c.took)
				}
				var running []string
				for _, e := range endings {
					if e.running {
						running = append(running, e.name)
					}
				}
				if !slices.Equal(running, c.running) {
					t.Errorf("still running: %v, want %v", running, c.running)
				}
				if got := began.sorted(); len(got) != len(tasks)-1 {
					t.Errorf("began: %v", got)
				}
				time.Sleep(2 * time.Minute) // The bubble ends when all its goroutines have.
			})
		})
	}
}
