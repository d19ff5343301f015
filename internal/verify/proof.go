package verify

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// patience is how long the cluster may refuse the client's pod before that
// counts: a webhook that restarts heals, a quota does not.
const patience = 15 * time.Second

// proof follows the client of one claim: sights go in, events and a report
// come out.
type proof struct {
	claim   claim
	plan    plan.Plan
	steps   []step
	observe progress.Observer
	begun   time.Time
	at      int // index of the step that runs; len(steps) when all have ended
	read    int // records taken from the log so far
	said    progress.Event
	pods    map[string]bool // executor pods that the API server has shown
	asks    []ask           // what the client wants done, not done yet
	report  *Report
}

func newProof(c claim, p plan.Plan, report *Report, observe progress.Observer) *proof {
	f := &proof{claim: c, plan: p, steps: c.all(p), observe: observe, report: report, pods: map[string]bool{}}
	for _, s := range f.steps {
		f.emit(s, progress.Event{State: progress.Waiting})
	}
	return f
}

// begin is when the client is asked for.
func (f *proof) begin(now time.Time) {
	f.begun = now
	f.say(progress.Running, "", 0, 0)
}

// take goes on with what is new in a sight. It reports whether the proof is
// complete; an error ends it too.
func (f *proof) take(s sight, now time.Time) (bool, error) {
	for _, e := range s.executors {
		f.pods[e.Name] = true
	}
	if s.pod == nil || s.pod.Status.Phase == corev1.PodPending {
		return false, f.starting(s, now)
	}
	if f.current() == client {
		f.done(now.Sub(f.begun), fmt.Sprintf("%s on %s", s.pod.Name, s.pod.Spec.NodeName))
	}
	records, rest := parse(s.log, s.over())
	for _, r := range records[min(f.read, len(records)):] {
		f.read++
		if err := f.hear(r, s); err != nil {
			return false, err
		}
	}
	switch {
	case f.at == len(f.steps):
		return s.over(), nil
	case s.over():
		return false, f.died(s, rest)
	}
	return false, f.going(s)
}

// starting says why the client does not run yet.
func (f *proof) starting(s sight, now time.Time) error {
	if s.pod == nil {
		refused := latest(s.job.Name, s.events)
		if refused != "" && now.Sub(f.begun) > patience {
			return f.fail(fault.Failed, "the cluster refuses the client's pod: "+refused, kubectl(f.plan, "describe resourcequota,limitrange"))
		}
		f.say(progress.Settling, refused, 0, 1)
		return nil
	}
	w := waiting(*s.pod, s.events)
	if w.lasts {
		return f.fail(fault.Failed, "the client's pod cannot start: "+w.why, w.hint(f.plan))
	}
	f.say(progress.Settling, w.why, 0, 1)
	return nil
}

// hear takes the record of the step that runs.
func (f *proof) hear(r record, s sight) error {
	if r.Step != f.current() {
		return f.fail(fault.Failed, fmt.Sprintf("the client reported the step %q", r.Step), "")
	}
	if r.Ask != nil {
		f.asks = append(f.asks, *r.Ask)
		return nil
	}
	if r.Error != "" {
		why := r.Error
		if w := executors(s); w.why != "" {
			why += "\n" + w.why
		}
		return f.fail(fault.Faults, why, remedy(f.plan, f.step(), r.Error))
	}
	for _, name := range r.Result.Executors {
		if !f.pods[name] {
			return f.fail(fault.Faults, fmt.Sprintf("the query says it ran on %s, which is no executor pod of this namespace", name),
				kubectl(f.plan, "get pods -l spark-role=executor"))
		}
	}
	f.keep(r.Result)
	f.done(r.took(), r.Result.String())
	return nil
}

func (f *proof) keep(r result) {
	if f.current() == "select" {
		// The newest line speaks last, and for the platform.
		f.report.Columns, f.report.Rows, f.report.Executors = r.Columns, r.Rows, r.Executors
	}
	if r.Application != "" {
		f.report.Application = r.Application
	}
	f.report.Snapshots = append(f.report.Snapshots, r.Snapshots...)
}

// going shows what the executors do while a step runs: most of a first
// query's time goes into getting them.
func (f *proof) going(s sight) error {
	ready, want := 0, 0
	for _, e := range s.executors {
		if e.Status.Phase == corev1.PodRunning {
			ready++
		}
		if e.Status.Phase == corev1.PodRunning || e.Status.Phase == corev1.PodPending {
			want++
		}
	}
	w := executors(s)
	if w.lasts && ready == 0 {
		return f.fail(fault.Faults, w.why, w.hint(f.plan))
	}
	if f.current() == "connect" || f.current() == "history" {
		f.say(progress.Running, "", 0, 0)
		return nil
	}
	state := progress.Running
	if w.why != "" {
		state = progress.Settling
	}
	f.say(state, w.why, ready, want)
	return nil
}

// executors says why an executor pod does not run, if one does not.
func executors(s sight) obstacle {
	for _, e := range s.executors {
		if w := waiting(e, s.events); w.why != "" {
			w.why = fmt.Sprintf("executor %s: %s", e.Name, w.why)
			return w
		}
	}
	return obstacle{}
}

// died explains a client that ended without a record.
func (f *proof) died(s sight, rest []string) error {
	why := ended(*s.pod)
	if why == "" {
		var tail []string
		for _, line := range rest[max(0, len(rest)-5):] {
			tail = append(tail, strings.ToValidUTF8(line[:min(len(line), 300)], ""))
		}
		why = strings.Join(tail, "\n")
	}
	return f.fail(fault.Failed, "the client ended before its time: "+strings.TrimSpace(why), "sparkwiz verify   # once more")
}

// step is the one that runs, or the last one when all have ended.
func (f *proof) step() step { return f.steps[min(f.at, len(f.steps)-1)] }

// current is the name of the step that runs, empty when all have ended.
func (f *proof) current() string {
	if f.at == len(f.steps) {
		return ""
	}
	return f.steps[f.at].name
}

func (f *proof) done(took time.Duration, output string) {
	s := f.steps[f.at]
	f.emit(s, progress.Event{State: progress.Done, Took: took, Output: output})
	f.report.Steps = append(f.report.Steps, Step{Claim: f.claim.name, Name: s.name, Title: s.title, Took: took, Output: output})
	f.at++
	f.say(progress.Running, "", 0, 0)
}

// say tells how the current step stands, once.
func (f *proof) say(state progress.State, reason string, ready, want int) {
	if f.at == len(f.steps) {
		return
	}
	e := progress.Event{Step: f.claim.event(f.steps[f.at]), State: state, Reason: reason, Ready: ready, Want: want}
	if e == f.said {
		return
	}
	f.said = e
	f.emit(f.steps[f.at], e)
}

// skip is said of a proof that is not tried.
func (f *proof) skip() {
	for _, s := range f.steps {
		f.emit(s, progress.Event{State: progress.Skipped})
	}
}

// fail ends the proof at the current step.
func (f *proof) fail(kind fault.Kind, why, hint string) error {
	s := f.step()
	f.emit(s, progress.Event{State: progress.Failed, Reason: why, Hint: hint})
	f.report.Failed = append(f.report.Failed, f.claim.event(s))
	for _, later := range f.steps[min(f.at+1, len(f.steps)):] {
		f.emit(later, progress.Event{State: progress.Skipped})
	}
	return fault.New(kind, fmt.Sprintf("the proof failed at %q: %s", s.title, why), hint)
}

func (f *proof) emit(s step, e progress.Event) {
	e.Step, e.Title, e.Expect, e.Time = f.claim.event(s), s.title, s.expect, time.Now()
	f.observe(e)
}
