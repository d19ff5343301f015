package cli

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/local"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func (a *app) quickstartCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "quickstart",
		Short: "From this machine to a Spark query, on a cluster of its own",
		Long: "Builds a Kubernetes and the images in the background, asks meanwhile, then installs and runs the first query. Without a terminal " +
			"it takes the answers of the quick-start preset. A cluster that you name (KUBECONFIG, --kubeconfig, --context) is used instead of the " +
			"sandbox; one that merely happens to be configured is offered, never taken.",
		Example: "  make quickstart\n  sparkwiz quickstart --context my-cluster",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.quickstart(cmd.Context()) },
	}
}

// quickstart answers from the preset; flags and the wizard change them.
func (a *app) quickstart(ctx context.Context) error {
	answers, err := a.presetAnswers()
	if err != nil {
		return err
	}
	ownCluster := a.flags.context != "" || a.flags.kubeconfig != "" || os.Getenv("KUBECONFIG") != ""
	if ownCluster {
		return a.quickstartOn(ctx, answers, nil)
	}
	source, err := local.Source()
	if err != nil {
		return err
	}
	return a.quickstartOn(ctx, answers, &builds{source: source})
}

// presetAnswers are those of an earlier run or of a file, the preset's where
// there is none, and the flags over both. Where the user names a cluster, its
// current context replaces the sandbox's.
func (a *app) presetAnswers() (question.Answers, error) {
	answers, err := a.answers()
	if err != nil {
		return answers, err
	}
	// With a terminal the preset only suggests: the builds take minutes, and
	// answering is how they are spent.
	origin := question.FromFile
	if a.asks() {
		origin = question.FromDefault
	}
	if _, err := under(&answers, "quickstart", origin); err != nil {
		return answers, err
	}
	var pairs []string
	switch {
	case a.flags.context != "":
		pairs = append(pairs, "cluster.context="+a.flags.context)
	case a.flags.kubeconfig != "" || os.Getenv("KUBECONFIG") != "":
		all, err := a.contexts()
		if err != nil {
			return answers, err
		}
		for _, c := range all {
			if c.Current {
				pairs = append(pairs, "cluster.context="+c.Name)
			}
		}
	}
	err = answers.SetPairs(pairs)
	return answers, err
}

// builds is the work in the background: it starts with the wizard and is
// waited for before the sandbox starts.
type builds struct {
	source string
	done   chan struct{}
	err    error
}

// start builds for the answers as they are now; what later ones add comes
// with local.Up.
func (b *builds) start(ctx context.Context, s spec.Spec, observe progress.Observer) {
	b.done = make(chan struct{})
	go func() {
		defer close(b.done)
		images, err := neededImages(s)
		if err != nil {
			b.err = err
			return
		}
		b.err = local.Build(ctx, b.source, images, observe)
	}()
}

// quickstartOn runs on a cluster; with builds that is the sandbox, if the
// answers still say so in the end.
func (a *app) quickstartOn(ctx context.Context, answers question.Answers, b *builds) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !a.asks() {
		return a.quickstartPlain(ctx, answers, b)
	}
	o := a.wizardOptions(answers)
	o.Resume = "make quickstart"
	if b != nil {
		relay := &relay{}
		background := make(chan progress.Event, 64)
		relay.to(func(e progress.Event) { newest(background, e) })
		b.start(ctx, answers.Spec, relay.observe)
		go func() {
			<-b.done
			close(background)
		}()
		o.Background, o.Sandbox = background, local.Context
		o.Contexts = func() ([]facts.Context, error) { return a.withSandbox() }
		o.Look = func(ctx context.Context, name string) (facts.Facts, error) {
			if f, err := a.look(ctx, name); err == nil || name != local.Context {
				return f, err
			}
			return local.Machine(), nil
		}
		o.Install = func(ctx context.Context, s spec.Spec, observe progress.Observer) error {
			relay.to(observe)
			return a.onSandbox(ctx, s, b, observe)
		}
	}
	return a.runWizard(ctx, o)
}

// quickstartPlain is the quick start without a terminal.
func (a *app) quickstartPlain(ctx context.Context, answers question.Answers, b *builds) error {
	if err := question.Validate(answers.Spec, facts.Facts{}); err != nil {
		return err
	}
	plain, stop := a.observer()
	defer stop()
	observe := serial(plain)
	if b == nil {
		if err := a.install(ctx, answers.Spec, observe); err != nil {
			return err
		}
	} else {
		b.start(ctx, answers.Spec, observe)
		if err := a.onSandbox(ctx, answers.Spec, b, observe); err != nil {
			return err
		}
	}
	fmt.Fprintln(a.console.Err, "\nSpark answers. Next:")
	for _, line := range a.after() {
		fmt.Fprintln(a.console.Err, "  "+line)
	}
	return nil
}

// onSandbox waits for the builds and starts the sandbox, when that is where
// the platform goes, and installs.
func (a *app) onSandbox(ctx context.Context, s spec.Spec, b *builds, observe progress.Observer) error {
	if s.Cluster.Context == local.Context {
		select {
		case <-b.done:
		case <-ctx.Done():
			<-b.done
		}
		if b.err != nil {
			return b.err
		}
		images, err := neededImages(s)
		if err != nil {
			return err
		}
		if err := local.Up(ctx, b.source, images, observe); err != nil {
			return err
		}
	}
	return a.install(ctx, s, observe)
}

// withSandbox offers the sandbox before it runs.
func (a *app) withSandbox() ([]facts.Context, error) {
	all, err := a.contexts()
	for _, c := range all {
		if c.Name == local.Context {
			return all, err
		}
	}
	return append(local.Machine().Contexts, all...), err
}

// newest makes room by dropping the oldest event: the corner shows how things
// stand, not how they came to be.
func newest(events chan progress.Event, e progress.Event) {
	for {
		select {
		case events <- e:
			return
		default:
		}
		select {
		case <-events:
		default:
		}
	}
}

// relay lets the observer of a running build be exchanged: first the wizard's
// corner, later its progress page.
type relay struct {
	mu   sync.Mutex
	next progress.Observer
	last map[string]progress.Event
}

func (r *relay) observe(e progress.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		r.last = map[string]progress.Event{}
	}
	r.last[e.Step] = e
	r.next(e)
}

// to sends the last state of every step, and all that follows, to an observer.
func (r *relay) to(o progress.Observer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = o
	for _, e := range r.last {
		o(e)
	}
}

// serial keeps an observer from being called by two builds at once.
func serial(o progress.Observer) progress.Observer {
	var mu sync.Mutex
	return func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		o(e)
	}
}
