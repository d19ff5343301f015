package wizard

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func nothing() ([]facts.Context, error) { return nil, nil }

func look(cpu, memory int64) func(context.Context, string) (facts.Facts, error) {
	return func(context.Context, string) (facts.Facts, error) {
		f := cluster2()
		f.Nodes = f.Nodes[:1]
		f.Nodes[0].Allocatable.CPUMilli, f.Nodes[0].Allocatable.Memory = cpu, memory
		return f, nil
	}
}

// The first frame is drawn from what is in memory: before any command has run.
func TestFirstFrame(t *testing.T) {
	o := options()
	o.Contexts = func() ([]facts.Context, error) { panic("called before the first frame") }
	start := time.Now()
	m := newModel(t.Context(), o)
	m.Init()
	if view := m.View().Content; !strings.Contains(view, "Cluster") {
		t.Errorf("nothing to see:\n%s", view)
	}
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("the first frame took %v", took)
	}
}

// Answers keep track of who gave them.
func TestOrigins(t *testing.T) {
	o := options()
	if err := o.Answers.SetPairs([]string{"spark.executor.max=3", "environment=dev"}); err != nil {
		t.Fatal(err)
	}
	driven(t, o, func(d *drive) {
		d.wait(time.Second)
		d.press("enter", "enter").text("x").press("enter", "enter") // cluster, namespace, name, registry
		d.page("environment").press("enter")
		d.page("storage").press("enter")
		d.page("spark").press("enter", "enter")
		for key, want := range map[string]question.Origin{
			"cluster.context":      question.FromYou,     // offered, then confirmed
			"namespace":            question.FromDefault, // passed by
			"name":                 question.FromYou,
			"environment":          question.FromFlag, // confirmed as it was
			"storage.class":        question.FromCluster,
			"storage.mode":         question.FromYou, // a default that had to be confirmed
			"spark.executor.max":   question.FromFlag,
			"spark.executor.cores": question.FromDefault,
			"gpu.enabled":          question.FromDefault,
		} {
			if got := d.m.answers.Origin(key); got != want {
				t.Errorf("%s: from %s, want %s", key, got, want)
			}
		}
		if got := d.m.answers.Spec.Name; got != "sparkx" {
			t.Errorf("name %q", got)
		}
	})
}

// Going back never loses what was typed, and a wrong answer does not hold it
// up.
func TestBack(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		d.page("spark").to("spark.executor.cores").text("x").press("esc") // "1x"
		d.shows("Size of the data", "! Spark")
		d.page("spark").to("spark.executor.cores")
		if got := d.m.form.focused().text(); got != "1x" {
			t.Errorf("typed 1x, found %q again", got)
		}
		d.press("backspace", "enter")
		d.hides("! Spark")
		if got := d.m.answers.Spec.Spark.Executor.Cores; got != 1 {
			t.Errorf("%d cores", got)
		}
		d.page("cluster").press("esc").shows("first page")
	})
}

// Forwards a wrong answer is pointed at once; insisting leaves it for later,
// and the review does not let it pass.
func TestWrongAnswer(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		d.page("spark").to("spark.executor.cores").text("x").press("enter")
		d.shows(`"1x" is not a whole number`)
		d.press("enter")
		if got := d.m.form.focused().question().Key; got != "spark.executor.memory" {
			t.Errorf("insisting should go on, the keyboard is at %s", got)
		}
		d.m.openReview()
		d.shows("8 questions open", "1 answer wrong")
		d.press("end", "enter").shows("still open:", "Executor cores")
		d.press("up", "up", "enter")
		if d.m.screen != confirming {
			t.Error("an installation began with a wrong answer")
		}
	})
}

// What corrects a wrong answer may be what stood there before.
func TestWrongAnswerCorrected(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		was := d.m.answers.Spec.Namespace
		d.page("cluster").press("tab").press("ctrl+u").text("Bad_NS").press("enter")
		d.shows("want lower-case letters")
		d.press("ctrl+u").text(was).press("enter")
		if got := d.m.answers.Spec.Namespace; got != was {
			t.Errorf("the namespace is %q after it was corrected to %q", got, was)
		}
	})
}

// A choice elsewhere can make an answer wrong.
func TestAnswersDependOnEachOther(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		d.page("environment").press("down", "enter") // staging
		d.page("storage").press("enter").shows("the store in the cluster is for dev")
		d.press("down", "enter").hides("the store in the cluster is for dev")
		d.shows("Endpoint", "Secret with the keys")
		d.hides("Volume size")
	})
}

// What cannot be chosen stays visible, says why, and is not taken.
func TestAbsentOption(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		d.page("dr").press("down").shows("not available yet").hides("cannot be chosen")
		d.press("enter").shows("Yes cannot be chosen here; for now take: No")
		if d.m.page != "dr" || d.m.answers.Spec.DR.Enabled {
			t.Error("it was taken")
		}
		d.press("up", "enter")
		if d.m.screen != reviewing {
			t.Errorf("on page %s", d.m.page)
		}
	})
}

// The plan shows what an option means while the pointer is on it.
func TestPlanFollowsThePointer(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		d.page("iceberg").wait(time.Second).shows("5 releases")
		d.press("right").wait(time.Second).shows("3 releases")
		d.press("esc").wait(time.Second)
		if d.m.answers.Spec.Iceberg.Enabled {
			t.Error("what was switched is lost")
		}
	})
}

// Letters go to the text that is being typed, also those that are keys
// elsewhere.
func TestLettersBelongToTheText(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		d.page("cluster").press("tab").text("p?lq").press("enter")
		if got := d.m.answers.Spec.Namespace; got != "sparkp?lq" {
			t.Errorf("namespace %q", got)
		}
		d.press("ctrl+p").shows("Releases, in this order")
		d.press("esc").hides("Releases, in this order")
	})
}

// A plan that comes late, for answers that have changed since, is not shown.
func TestStalePlan(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		late := d.m.planned.want
		d.page("iceberg").press("right").wait(time.Second).shows("3 releases")
		four, err := plan.Make(late.spec, cluster2())
		if err != nil {
			t.Fatal(err)
		}
		d.send(plannedMsg{want: late, plan: four})
		d.send(renderedMsg{want: late, objects: 99})
		d.size(120, 40).shows("3 releases").hides("99 objects")
	})
}

func TestPaste(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second).page("cluster").press("tab")
		d.send(tea.PasteMsg{Content: "-two\n"})
		d.press("ctrl+p")
		d.send(tea.PasteMsg{Content: "lost"})
		d.press("esc", "enter")
		if got := d.m.answers.Spec.Namespace; got != "spark-two" {
			t.Errorf("namespace %q", got)
		}
	})
}

// An answer about a cluster that is no longer chosen is dropped, and what the
// old cluster suggested goes with it.
func TestStaleFacts(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		if got := d.m.answers.Spec.Storage.Class; got != "standard" {
			t.Fatalf("class %q", got)
		}
		d.press("down", "enter") // prod-eks
		stale := factsMsg{look: d.m.cluster.look - 1, facts: cluster2()}
		d.send(stale)
		if d.m.cluster.facts.Known {
			t.Error("stale facts were taken")
		}
		d.wait(time.Second).shows("v1.34.4")
		if got := d.m.answers.Spec.Storage.Class; got != "" {
			t.Errorf("%q is a class of the other cluster", got)
		}
	})
}

func TestClusterThatDoesNotAnswer(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second).press("up", "enter").wait(time.Second)
		d.shows("the cluster does not answer: dial tcp", "try: kubectl --context broken cluster-info", "ctrl+r looks again")
		d.press("ctrl+r").shows("looking at broken")
	})
}

// A cluster that happens to be configured is offered; the sandbox comes first.
func TestSandboxFirst(t *testing.T) {
	o := options()
	o.Sandbox = "sparkwiz-sandbox"
	known := contexts()
	o.Contexts = func() ([]facts.Context, error) { return known, nil }
	driven(t, o, func(d *drive) {
		background := make(chan progress.Event)
		d.m.opts.Background = background
		d.run(d.m.listenBackground)
		d.wait(time.Second)
		if got := d.m.answers.Spec.Cluster.Context; got != "sparkwiz-sandbox" {
			t.Errorf("points at %q", got)
		}
		if len(d.m.answers.Missing()) == 0 || d.m.answers.Missing()[0].Key != contextKey {
			t.Error("a cluster was taken without being chosen")
		}
		d.shows("not up yet")
		known = append(known, facts.Context{Name: "sparkwiz-sandbox", Server: "https://127.0.0.1:6443"})
		background <- progress.Event{Step: "sandbox", State: progress.Done}
		d.wait(time.Second).shows("Kubernetes v1.34.4", "meanwhile: ✓ sandbox")
		close(background)
		d.wait(time.Second)
	})
}

// With everything answered the review comes first; with something open, its
// page.
func TestBegin(t *testing.T) {
	driven(t, complete(), func(d *drive) { d.shows("Review", "every question is answered") })
	o := complete()
	o.Answers = question.NewAnswers(o.Answers.Spec, slices.DeleteFunc(spec.Keys(), func(k string) bool { return k == "gpu.enabled" }), question.FromFile)
	driven(t, o, func(d *drive) { d.shows("▸ GPU ", "GPU executors") })
}

// Enter on a line of the review goes to its question and comes back.
func TestReviewJumps(t *testing.T) {
	driven(t, complete(), func(d *drive) {
		d.wait(time.Second).press("home", "down", "enter")
		if got := d.m.form.focused().question().Key; got != "namespace" {
			t.Errorf("at %s", got)
		}
		d.text("x").press("esc").shows("every question is answered", "sparkx", "you")
	})
}

func TestCtrlCWhileAsking(t *testing.T) {
	var kept question.Answers
	o := options()
	o.Save = func(a question.Answers) (string, error) { kept = a; return "p.yaml", nil }
	driven(t, o, func(d *drive) {
		d.wait(time.Second).press("tab").text("x").press("ctrl+c")
		if !d.quit || d.m.outcome.Action != Saved || d.m.outcome.SavedTo != "p.yaml" || d.m.err != nil {
			t.Errorf("quit %v, %+v, %v", d.quit, d.m.outcome, d.m.err)
		}
		if kept.Spec.Namespace != "sparkx" {
			t.Errorf("what was being typed is lost: %q", kept.Spec.Namespace)
		}
	})
}

func TestAnswersThatCannotBeSaved(t *testing.T) {
	o := options()
	o.Save = func(question.Answers) (string, error) { return "", errors.New("disk full") }
	driven(t, o, func(d *drive) {
		d.wait(time.Second).press("ctrl+s").shows("not saved: disk full")
		d.press("ctrl+c").shows("ctrl+c again leaves without saving")
		if d.quit {
			t.Error("left without a word")
		}
		d.press("ctrl+c")
		if !d.quit || d.m.outcome.Action != Quit {
			t.Errorf("quit %v, %+v", d.quit, d.m.outcome)
		}
	})
}
