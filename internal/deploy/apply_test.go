package deploy

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// tape records events and shows them in the test's log.
type tape struct {
	mu     sync.Mutex
	events []progress.Event
	t      *testing.T
}

func (r *tape) observe(e progress.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	r.t.Logf("%-28s %-9s %d/%d %s", e.Step, e.State, e.Ready, e.Want, e.Reason)
}

// ends is the last state of every step.
func (r *tape) ends() map[string]progress.State {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string]progress.State{}
	for _, e := range r.events {
		all[e.Step] = e.State
	}
	return all
}

func apply(t *testing.T, c *kube.Cluster, p plan.Plan, change func(*Options)) (*tape, error) {
	t.Helper()
	o := Options{Plan: p, Cluster: c, StateDir: t.TempDir(), Holder: "tester", Debug: io.Discard}
	if change != nil {
		change(&o)
	}
	r := &tape{t: t}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	return r, Apply(ctx, o, r.observe)
}

// clean deletes the test's namespace when it is over.
func clean(t *testing.T, c *kube.Cluster, p plan.Plan) {
	t.Helper()
	t.Cleanup(func() {
		_ = c.Client.CoreV1().Namespaces().Delete(context.Background(), p.Namespace, metav1.DeleteOptions{})
	})
}

func TestApplyTwice(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	first, err := apply(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	for step, state := range first.ends() {
		if state != progress.Done {
			t.Errorf("%s ended as %s", step, state)
		}
	}

	var wire traffic
	began := time.Now()
	second, err := apply(t, wire.watch(t, c), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a run with nothing to do took %s", took)
	}
	if writes := wire.list(); len(writes) > 0 {
		t.Errorf("a run with nothing to do wrote:\n%s", strings.Join(writes, "\n"))
	}
	for step, state := range second.ends() {
		if want := map[bool]progress.State{true: progress.Done, false: progress.Same}[step == checks]; state != want {
			t.Errorf("%s ended as %s, want %s", step, state, want)
		}
	}
}
