package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/hours"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
	"github.com/sparkwiz/sparkwiz/internal/verify"
	"github.com/sparkwiz/sparkwiz/internal/wizard"
)

// wizard opens the wizard, or says what is missing where nobody can be asked.
func (a *app) wizard(ctx context.Context) error {
	if !a.asks() {
		if _, err := a.complete(); err != nil {
			return err
		}
		return fault.New(fault.Usage, "nothing is missing, and nobody can be asked here", "sparkwiz apply --yes")
	}
	answers, err := a.answers()
	if err != nil {
		return err
	}
	return a.runWizard(ctx, a.wizardOptions(answers))
}

// asks reports whether somebody can answer and wants to.
func (a *app) asks() bool { return !a.flags.noInput && a.console.Interactive() }

func (a *app) wizardOptions(answers question.Answers) wizard.Options {
	cache := &render.Cache{}
	return wizard.Options{
		Answers:  answers,
		Console:  a.console,
		Version:  version,
		Contexts: a.contexts,
		Look:     a.look,
		Probe:    a.probe,
		Plan:     plan.Make,
		Render:   func(p plan.Plan) (int, error) { return objects(cache, p) },
		Save:     a.save,
		Install:  a.install,
		After:    a.after,
		Resume:   self() + " -w " + a.flags.workspace,
	}
}

func (a *app) runWizard(ctx context.Context, o wizard.Options) error {
	run := wizard.Run
	if a.flags.noTUI || a.flags.accessible || a.console.Getenv("ACCESSIBLE") != "" || a.console.Dumb() {
		run = func(ctx context.Context, o wizard.Options) (wizard.Outcome, error) {
			return wizard.Ask(ctx, o, a.console.In, a.console.Err)
		}
	}
	outcome, err := run(ctx, o)
	// The wizard's own screen has gone, and with it what it said last.
	for _, line := range outcome.Summary {
		fmt.Fprintln(a.console.Err, line)
	}
	if err != nil {
		return err
	}
	switch outcome.Action {
	case wizard.FilesOnly:
		p, err := plan.Make(outcome.Answers.Spec, facts.Facts{})
		if err != nil {
			return err
		}
		path, err := a.writeWorkspace(p)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.console.Err, "Written: %s and the values beside it. Install with:\n  sparkwiz apply -w %s\n", path, a.flags.workspace)
	case wizard.Saved:
		fmt.Fprintf(a.console.Err, "Saved: %s. Go on with:\n  %s\n", outcome.SavedTo, o.Resume)
		return fault.Wrap(errSilent, fault.Interrupted, "", "")
	case wizard.Quit:
		return fault.Wrap(errSilent, fault.Interrupted, "", "")
	case wizard.Installed:
	}
	return nil
}

// after is what to do with a platform that runs.
func (a *app) after() []string {
	w := ""
	if a.flags.workspace != "platform" {
		w = " -w " + a.flags.workspace
	}
	return []string{
		self() + " access" + w + "      then connect to sc://localhost:15002",
		self() + " status" + w + "      where every part stands",
		self() + " uninstall" + w + "   takes it down again",
	}
}

// self is how this program was called, so that what is printed can be pasted
// also where it is not on PATH.
func self() string {
	if strings.Contains(os.Args[0], "/") {
		return os.Args[0]
	}
	return "sparkwiz"
}

// save keeps the answers in the workspace.
func (a *app) save(answers question.Answers) (string, error) {
	path := a.answersFile(answers.Spec.Environment)
	var open []string
	for _, q := range answers.Missing() {
		open = append(open, q.Key)
	}
	return path, answers.Spec.Save(path, open...)
}

// install is what happens after "proceed": a last look, the engine, the proof.
func (a *app) install(ctx context.Context, s spec.Spec, observe progress.Observer) error {
	f, err := a.look(ctx, s.Cluster.Context)
	if err != nil {
		return err
	}
	if err := question.Validate(s, f); err != nil {
		return err
	}
	p, err := plan.Make(s, f)
	if err != nil {
		return err
	}
	cluster, err := a.cluster(s.Cluster.Context)
	if err != nil {
		return err
	}
	if _, err := a.writeWorkspace(p); err != nil {
		// The answers are in memory and on the cluster; a full disk here is no
		// reason to stop.
		observe(progress.Event{Step: "workspace", Title: "Keep the answers", State: progress.Failed, Reason: err.Error(), Hint: "df -h ."})
	}
	o, err := a.optionsWithCharts(ctx, p, cluster, f)
	if err != nil {
		return err
	}
	for i, line := range a.impact(ctx, o) {
		observe(progress.Event{Step: fmt.Sprintf("impact/%d", i+1), Title: "Mind: " + line, State: progress.Done})
	}
	if err := loadImages(ctx, s, cluster, observe); err != nil {
		return err
	}
	if err := deploy.Apply(ctx, o, observe); err != nil {
		return err
	}
	// KEDA takes the servers down again within half a minute: a proof would race with it, and say nothing of the platform.
	if why := hours.Asleep(p.Spec.Scaling, time.Now()); why != "" {
		observe(progress.Event{Step: "verify", Title: "Proof", State: progress.Skipped, Reason: "the Connect servers are down " + why})
		return nil
	}
	_, err = verify.Run(ctx, cluster, p, true, observe)
	return err
}

// objects counts what the plan would create.
func objects(cache *render.Cache, p plan.Plan) (int, error) {
	n := 1 // the namespace
	for _, r := range p.Releases {
		manifest, err := cache.Manifest(r, "")
		if errors.Is(err, render.ErrNoChart) {
			continue // Nobody waits for a chart to be fetched while answering.
		}
		if err != nil {
			return 0, err
		}
		n += strings.Count(manifest, "\nkind: ")
	}
	return n, nil
}
