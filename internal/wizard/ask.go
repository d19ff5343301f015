package wizard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

// What a line may say instead of an answer.
var (
	errBack = errors.New("back")
	errQuit = errors.New("quit")
)

// Ask is the wizard line by line: one question at a time, nothing repainted,
// no colour, no glyph that says something alone. It serves screen readers and
// terminals that cannot move their cursor. The end of the input saves, and the
// error lists what is still missing; ctx ends it in the same way.
func Ask(ctx context.Context, o Options, in io.Reader, out io.Writer) (Outcome, error) {
	a := &asker{ctx: ctx, o: o, m: newModel(ctx, o), out: out, lines: lines(ctx, in)}
	a.say("sparkwiz asks one question at a time. Enter takes what is in brackets; \"back\" goes to the question before; \"quit\" saves and leaves.")
	a.read()
	err := a.questions()
	if err == nil {
		return a.finish()
	}
	path, saveErr := o.Save(a.m.answers)
	if saveErr != nil {
		return Outcome{Answers: a.m.answers}, errors.Join(a.incomplete(err), saveErr)
	}
	a.say("The answers are saved to " + path + ".")
	outcome := Outcome{Answers: a.m.answers, Action: Saved, SavedTo: path}
	if errors.Is(err, errQuit) {
		return outcome, nil
	}
	return outcome, a.incomplete(err)
}

// asker keeps its answers in a model, so that both front ends know the same
// rules; it never draws it.
type asker struct {
	ctx   context.Context
	o     Options
	m     *model
	out   io.Writer
	lines <-chan string
}

// lines reads ahead in the background, so that the end of ctx is noticed while
// somebody thinks. One reader serves all questions: none of a pipe is lost.
func lines(ctx context.Context, in io.Reader) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for s := bufio.NewScanner(in); s.Scan(); {
			select {
			case out <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// say prints a paragraph; its later lines are indented like the first.
func (a *asker) say(text string) {
	body := strings.TrimLeft(text, " ")
	lead := text[:len(text)-len(body)]
	lines := wrap(body, max(20, a.o.Console.Width-len(lead)))
	fmt.Fprintln(a.out, strings.Join(indent(lead, lines), "\n"))
}

// hear waits for a line.
func (a *asker) hear(prompt string) (string, error) {
	fmt.Fprint(a.out, prompt)
	select {
	case line, ok := <-a.lines:
		if !ok {
			a.say("")
			return "", io.EOF
		}
		switch line = strings.TrimSpace(line); line {
		case "back":
			return "", errBack
		case "quit":
			return "", errQuit
		}
		return line, nil
	case <-a.ctx.Done():
		a.say("")
		return "", a.ctx.Err()
	}
}

// read looks at the kubeconfig. The cluster is looked at after it was chosen.
func (a *asker) read() {
	contexts, err := a.o.Contexts()
	if err != nil {
		a.explain("", err)
	}
	c := &a.m.cluster
	c.read, c.contexts, c.readErr = true, contexts, err
	c.facts.Contexts = contexts
	a.m.suggest()
}

// questions asks them all. Which ones there are may change with every answer.
func (a *asker) questions() error {
	for at := 0; ; {
		asked := a.m.asked()
		if at >= len(asked) {
			return nil
		}
		q := asked[at]
		if at == 0 || asked[at-1].Page != q.Page {
			a.heading(q.Page)
		}
		switch err := a.one(q); {
		case errors.Is(err, errBack):
			at = max(0, at-1)
			continue
		case err != nil:
			return err
		}
		if q.Key == contextKey {
			a.look()
		}
		// An answer may have added or taken away questions before the next.
		asked = a.m.asked()
		at = 1 + slices.IndexFunc(asked, func(r question.Question) bool { return r.Key == q.Key })
		if q.Page == workloadPage && (at >= len(asked) || asked[at].Page != q.Page) {
			a.sized()
		}
		if q.Page == secretsPage && (at == len(asked) || asked[at].Page != secretsPage) {
			a.probe()
		}
	}
}

// sized says which executors the workload leads to, as soon as it is known.
func (a *asker) sized() {
	p, err := a.o.Plan(a.m.answers.Spec, a.m.cluster.facts)
	if err != nil || p.Sizing == nil {
		return
	}
	a.sizing(p)
}

func (a *asker) sizing(p plan.Plan) {
	if p.Sizing != nil {
		for _, sentence := range p.Sizing.Sentences() {
			a.say("  " + sentence)
		}
	}
	if p.Cost != nil {
		a.say("  " + p.Cost.Sentence() + ": " + p.Cost.Detail())
	}
}

func (a *asker) heading(id string) {
	for _, p := range question.Pages() {
		if p.ID == id {
			a.say("")
			a.say(p.Title + ". " + p.Help)
		}
	}
}

// explain prints an error, and its hints unwrapped: they are to be pasted.
func (a *asker) explain(lead string, err error) {
	a.say(lead + oneLine(err.Error()))
	for _, hint := range fault.Hints(err) {
		for line := range strings.Lines(hint) {
			fmt.Fprintln(a.out, "  try: "+strings.TrimRight(line, "\n"))
		}
	}
}

// incomplete is the error for an input that ended too early.
func (a *asker) incomplete(cause error) error {
	missing := a.m.answers.Missing()
	if errors.Is(cause, io.EOF) && len(missing) == 0 {
		return fault.New(fault.Interrupted, "the input ended before the last question", a.o.Resume)
	}
	faults := []error{fault.New(fault.Interrupted, "the questions were left before the end", a.o.Resume)}
	for _, q := range missing {
		faults = append(faults, fault.New(fault.Usage, "missing: "+q.Title+" ("+q.Key+")", "--set "+q.Key+"=…"))
	}
	return errors.Join(faults...)
}
