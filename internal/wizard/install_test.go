package wizard

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// blocking is an installation that ends some time after it was stopped.
func blocking(after time.Duration) Options {
	o := complete()
	o.Install = func(ctx context.Context, _ spec.Spec, observe progress.Observer) error {
		observe(progress.Event{Step: "release/a", State: progress.Running})
		<-ctx.Done()
		time.Sleep(after)
		return ctx.Err()
	}
	return o
}

func TestCtrlCWhileInstalling(t *testing.T) {
	driven(t, blocking(3*time.Second), func(d *drive) {
		d.wait(time.Second).press("enter", "enter").wait(time.Second)
		d.press("ctrl+c").shows("Stopping")
		if d.quit {
			t.Fatal("left before the installation had stopped")
		}
		d.wait(4 * time.Second)
		if !d.quit || fault.KindOf(d.m.err) != fault.Interrupted || !slices.Contains(fault.Hints(d.m.err), "sparkwiz -w platform") {
			t.Errorf("quit %v, error %v", d.quit, d.m.err)
		}
	})
	driven(t, blocking(time.Minute), func(d *drive) {
		d.wait(time.Second).press("enter", "enter").wait(time.Second)
		d.press("ctrl+c", "ctrl+c")
		if !d.quit || fault.KindOf(d.m.err) != fault.Interrupted || !strings.Contains(strings.Join(d.m.outcome.Summary, " "), "release/a") {
			t.Errorf("quit %v, error %v, in flight %q", d.quit, d.m.err, d.m.outcome.Summary)
		}
		d.wait(2 * time.Minute)
	})
}

// What was done before it could be stopped is done.
func TestCtrlCTooLate(t *testing.T) {
	driven(t, succeeding(), func(d *drive) {
		d.wait(time.Second).press("enter", "enter").wait(time.Second).press("ctrl+c").wait(20 * time.Second)
		if !d.quit || d.m.err != nil || d.m.outcome.Action != Installed {
			t.Errorf("quit %v, error %v, %+v", d.quit, d.m.err, d.m.outcome)
		}
	})
}

// A Ctrl-C while the answers are saved for an installation wins.
func TestCtrlCBeforeInstalling(t *testing.T) {
	o := complete()
	o.Save = func(question.Answers) (string, error) { time.Sleep(time.Second); return "p.yaml", nil }
	o.Install = func(context.Context, spec.Spec, progress.Observer) error { panic("it was called off") }
	driven(t, o, func(d *drive) {
		d.wait(time.Second).press("enter", "enter").wait(500 * time.Millisecond).press("ctrl+c").wait(2 * time.Second)
		if !d.quit || d.m.outcome.Action != Saved || d.m.screen == working {
			t.Errorf("quit %v, %+v", d.quit, d.m.outcome)
		}
	})
}

// The process being told to end is a Ctrl-C.
func TestInterrupt(t *testing.T) {
	driven(t, options(), func(d *drive) {
		d.wait(time.Second)
		d.send(interruptMsg{})
		d.settle()
		if !d.quit || d.m.outcome.Action != Saved {
			t.Errorf("quit %v, %+v", d.quit, d.m.outcome)
		}
	})
}

func TestInstall(t *testing.T) {
	o := succeeding()
	saved := false
	o.Save = func(question.Answers) (string, error) { saved = true; return "p.yaml", nil }
	driven(t, o, func(d *drive) {
		d.wait(time.Second).press("enter", "enter").wait(20 * time.Second)
		d.shows("Spark answers", " 2  wizard", "What next", "sc://localhost:15002")
		d.press("enter")
		if !d.quit || !saved || d.m.outcome.Action != Installed || d.m.err != nil {
			t.Errorf("quit %v, saved %v, %+v, %v", d.quit, saved, d.m.outcome, d.m.err)
		}
		if got := strings.Join(d.m.outcome.Summary, "\n"); !strings.Contains(got, "2  wizard") || !strings.Contains(got, "sc://") {
			t.Errorf("summary %q", got)
		}
	})
}

// A failure keeps its error for the exit code; trying again forgets it.
func TestFailureAndAgain(t *testing.T) {
	o := failing()
	first, again := o.Install, succeeding().Install
	o.Install = func(ctx context.Context, s spec.Spec, observe progress.Observer) error {
		run := first
		first = again
		return run(ctx, s, observe)
	}
	driven(t, o, func(d *drive) {
		d.wait(time.Second).press("enter", "enter").wait(20 * time.Second)
		d.shows("PostgreSQL (dev) failed", "failed to pull", "try: kubectl -n spark describe pod", "Not begun because of it: Hive Metastore", "sparkwiz -w platform")
		if fault.KindOf(d.m.err) != fault.Partial {
			t.Errorf("error %v", d.m.err)
		}
		d.press("r").wait(20 * time.Second).shows("Spark answers")
		if d.m.err != nil {
			t.Errorf("error %v", d.m.err)
		}
	})
}

func TestInstallThatPanics(t *testing.T) {
	o := complete()
	o.Install = func(context.Context, spec.Spec, progress.Observer) error { panic("boom") }
	driven(t, o, func(d *drive) {
		d.wait(time.Second).press("enter", "enter").wait(time.Second).shows("sparkwiz is at fault: boom")
	})
}

func TestFilesOnly(t *testing.T) {
	driven(t, complete(), func(d *drive) {
		d.wait(time.Second).press("enter", "down", "enter")
		if !d.quit || d.m.outcome.Action != FilesOnly {
			t.Errorf("quit %v, %+v", d.quit, d.m.outcome)
		}
	})
}

// A plan that the cluster cannot take is not installed, but can be written.
func TestBlockedPlan(t *testing.T) {
	driven(t, tiny(), func(d *drive) {
		d.wait(time.Second).press("enter").shows("no node has room")
		d.press("up", "up", "enter")
		if d.m.screen != confirming {
			t.Error("it began")
		}
		d.press("down", "enter")
		if d.m.outcome.Action != FilesOnly {
			t.Errorf("%+v", d.m.outcome)
		}
	})
}

// Storms of events are gathered: at most some twenty messages a second.
func TestEventsAreGathered(t *testing.T) {
	o := complete()
	o.Install = func(_ context.Context, _ spec.Spec, observe progress.Observer) error {
		for i := range 2000 {
			observe(progress.Event{Step: "release/a", State: progress.Settling, Ready: i})
			time.Sleep(time.Millisecond)
		}
		return nil
	}
	driven(t, o, func(d *drive) {
		d.wait(time.Second).press("enter", "enter")
		messages := 0
		for d.m.screen == working {
			time.Sleep(10 * time.Millisecond)
			messages += len(d.inbox)
			d.settle()
		}
		if messages > 60 {
			t.Errorf("%d messages in two seconds", messages)
		}
	})
}
