package wizard

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// drive is a wizard without a terminal: keys go straight into Update, and
// commands run beside it, on the clock of a synctest bubble.
type drive struct {
	t     *testing.T
	m     *model
	inbox chan tea.Msg
	quit  bool
}

// driven runs a test on a wizard that has started.
func driven(t *testing.T, o Options, test func(*drive)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d := &drive{t: t, m: newModel(ctx, o), inbox: make(chan tea.Msg, 4096)}
		d.run(d.m.Init())
		test(d)
		cancel()
		close(d.m.gone)
		time.Sleep(time.Hour) // Cursors blink and clocks tick for the last time.
	})
}

func (d *drive) run(cmd tea.Cmd) {
	if cmd != nil {
		go func() { d.inbox <- cmd() }()
	}
}

// settle handles messages until every command waits for time or the world.
func (d *drive) settle() *drive {
	for {
		synctest.Wait()
		select {
		case msg := <-d.inbox:
			d.send(msg)
		default:
			return d
		}
	}
}

func (d *drive) send(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.run(cmd)
		}
	case tea.QuitMsg:
		d.quit = true
	default:
		_, cmd := d.m.Update(msg)
		d.run(cmd)
	}
}

// wait lets time pass.
func (d *drive) wait(t time.Duration) *drive {
	const step = 10 * time.Millisecond
	for range t / step {
		time.Sleep(step)
		d.settle()
	}
	return d
}

// press sends keys by their names, each handled before the next.
func (d *drive) press(keys ...string) *drive {
	for _, name := range keys {
		d.send(key(name))
		d.settle()
	}
	return d
}

// text types letters.
func (d *drive) text(letters string) *drive {
	for _, r := range letters {
		d.press(string(r))
	}
	return d
}

// to goes down the page to a question.
func (d *drive) to(key string) *drive {
	d.t.Helper()
	for range 20 {
		if d.m.form.focused().question().Key == key {
			return d
		}
		d.press("tab")
	}
	d.t.Fatalf("no question %s on this page:\n%s", key, d.view())
	return d
}

func (d *drive) size(w, h int) *drive {
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	return d
}

// view is the screen without its colours.
func (d *drive) view() string { return ansi.Strip(d.m.View().Content) }

func (d *drive) shows(parts ...string) *drive {
	d.t.Helper()
	for _, part := range parts {
		if view := d.view(); !strings.Contains(view, part) {
			d.t.Errorf("the screen does not show %q:\n%s", part, view)
		}
	}
	return d
}

func (d *drive) hides(part string) *drive {
	d.t.Helper()
	if view := d.view(); strings.Contains(view, part) {
		d.t.Errorf("the screen shows %q:\n%s", part, view)
	}
	return d
}

func key(name string) tea.KeyPressMsg {
	named := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab},
		"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
		"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "space": {Code: tea.KeySpace, Text: " "},
		"backspace": {Code: tea.KeyBackspace}, "end": {Code: tea.KeyEnd}, "home": {Code: tea.KeyHome},
	}
	if k, ok := named[name]; ok {
		return k
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(letter)[0], Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

const gi = int64(1) << 30

// cluster2 is a small cluster with room for the default platform.
func cluster2() facts.Facts {
	node := func(name string) facts.Node {
		return facts.Node{
			Name: name, Ready: true,
			Allocatable: facts.Resources{CPUMilli: 4000, Memory: 8 * gi, Pods: 110}, Requested: facts.Resources{CPUMilli: 500, Memory: gi},
		}
	}
	return facts.Facts{
		Known: true, Context: "kind-spark", Server: "https://127.0.0.1:6443", Version: "v1.34.4",
		Nodes:          []facts.Node{node("n1"), node("n2")},
		StorageClasses: []facts.StorageClass{{Name: "standard", Provisioner: "rancher.io/local-path", Default: true}},
	}
}

func contexts() []facts.Context {
	return []facts.Context{
		{Name: "broken", Server: "https://10.0.0.1:6443"},
		{Name: "kind-spark", Server: "https://127.0.0.1:6443", Current: true},
		{Name: "prod-eks-eu-central-1", Server: "https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com"},
	}
}

// options are those of a machine with three clusters, one of which does not
// answer.
func options() Options {
	return Options{
		Answers:  question.NewAnswers(spec.Default(), nil, question.FromDefault),
		Console:  console.New(strings.NewReader(""), io.Discard, io.Discard, []string{"TERM=xterm-256color"}),
		Resume:   "sparkwiz -w platform",
		Contexts: func() ([]facts.Context, error) { return contexts(), nil },
		Look: func(ctx context.Context, name string) (facts.Facts, error) {
			select {
			case <-time.After(500 * time.Millisecond):
			case <-ctx.Done():
				return facts.Facts{}, ctx.Err()
			}
			f := cluster2()
			f.Context = name
			switch name {
			case "broken":
				return facts.Facts{}, fault.Wrap(errors.New("dial tcp 10.0.0.1:6443: no route to host"), fault.Failed, "the cluster does not answer", "kubectl --context broken cluster-info")
			case "prod-eks-eu-central-1":
				f.StorageClasses = []facts.StorageClass{{Name: "gp3", Provisioner: "ebs.csi.aws.com"}, {Name: "io2", Provisioner: "ebs.csi.aws.com"}}
			}
			return f, nil
		},
		Plan:    plan.Make,
		Render:  func(p plan.Plan) (int, error) { return 1 + 9*len(p.Releases), nil },
		Save:    func(question.Answers) (string, error) { return "platform/environments/dev/platform.yaml", nil },
		Install: func(context.Context, spec.Spec, progress.Observer) error { return nil },
	}
}

// complete are options whose questions are all answered.
func complete() Options {
	o := options()
	s := spec.Default()
	s.Cluster.Context = "kind-spark"
	o.Answers = question.NewAnswers(s, spec.Keys(), question.FromFile)
	return o
}
