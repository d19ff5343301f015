package wizard

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

// beat is how long nothing may be said while something is awaited.
const beat = 30 * time.Second

// look asks the cluster that was chosen, and says so while it waits.
func (a *asker) look() {
	m := a.m
	name := m.answers.Spec.Cluster.Context
	if name != m.cluster.target {
		m.answers.Unsuggest()
	}
	m.cluster.target, m.cluster.facts = name, facts.Facts{Contexts: m.cluster.contexts}
	if name == a.o.Sandbox && !m.cluster.knows(name) {
		a.say("The sandbox is not up yet; the plan is checked against it later.")
		return
	}
	a.say("Looking at " + name + ".")
	var f facts.Facts
	err := a.waiting("still looking at "+name, func() (err error) {
		f, err = a.o.Look(a.ctx, name)
		return err
	})
	if err != nil {
		a.explain("  ", err)
		return
	}
	f.Contexts = m.cluster.contexts
	m.cluster.facts = f
	m.suggest()
	a.say("Kubernetes " + f.Version + ": " + m.has() + ".")
}

// waiting says every now and then that it still waits.
func (a *asker) waiting(text string, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- guard(work) }()
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for start := time.Now(); ; {
		select {
		case err := <-done:
			return err
		case <-ticker.C:
			a.say(text + ", " + console.Clock(time.Since(start)))
		}
	}
}

// finish shows the plan and asks whether to go on.
func (a *asker) finish() (Outcome, error) {
	m := a.m
	outcome := Outcome{Answers: m.answers}
	if err := question.Validate(m.answers.Spec, m.cluster.facts); err != nil {
		return a.saved(outcome, Saved, err)
	}
	p, err := a.o.Plan(m.answers.Spec, m.cluster.facts)
	if err != nil {
		return a.saved(outcome, Saved, err)
	}
	a.summary(p)
	if blocked := p.Blocked(); len(blocked) > 0 {
		return a.saved(outcome, Saved, fault.New(fault.Faults, blocked[0].What, blocked[0].Hint))
	}
	line, err := a.hear("\nInstall now? y installs, n keeps the answers only [n]: ")
	if err != nil || !strings.HasPrefix(strings.ToLower(line), "y") {
		return a.saved(outcome, FilesOnly, nil)
	}
	outcome, err = a.saved(outcome, Saved, nil)
	if err != nil {
		return outcome, err
	}
	observe, stop := (&console.Console{Err: a.out, ErrColour: a.o.Console.ErrColour}).Plain(beat)
	defer stop()
	if err := guard(func() error { return a.o.Install(a.ctx, m.answers.Spec, observe) }); err != nil {
		return outcome, err
	}
	outcome.Action = Installed
	if a.o.After != nil {
		outcome.Summary = a.o.After()
	}
	return outcome, nil
}

func (a *asker) saved(outcome Outcome, action Action, err error) (Outcome, error) {
	path, saveErr := a.o.Save(outcome.Answers)
	if saveErr != nil {
		return outcome, errors.Join(err, saveErr)
	}
	outcome.Action, outcome.SavedTo = action, path
	a.say("The answers are saved to " + path + ".")
	return outcome, err
}

// summary is the plan in words.
func (a *asker) summary(p plan.Plan) {
	a.say("")
	a.say(fmt.Sprintf("The plan: %s into the namespace %s of %s.", count(len(p.Releases), "release"), p.Namespace, p.Context))
	for i, r := range p.Releases {
		line := fmt.Sprintf("  %d. %s", i+1, r.Title)
		if len(r.Needs) > 0 {
			line += ", after " + strings.Join(r.Needs, " and ")
		}
		a.say(line)
	}
	for _, x := range p.Adopted {
		a.say(fmt.Sprintf("  %s is here already: used, not installed (%s).", x.Title, x.Because))
	}
	fp := p.Footprint
	a.say(fmt.Sprintf("  At most %d pods, %s CPU, %s memory and %s on disk.", fp.Pods, plan.Cores(fp.CPUMilli), plan.Bytes(fp.Memory), plan.Bytes(fp.Volumes)))
	a.sizing(p)
	for _, w := range p.Warnings {
		a.explain("  Warning: ", fault.New(fault.Faults, w.What, w.Hint))
	}
}
