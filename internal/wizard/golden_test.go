package wizard

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// scene is a screen worth looking at.
type scene struct {
	name string
	o    func() Options
	act  func(*drive)
}

// scenes are every page: fresh, filled, wrong; and everything after it.
func scenes() []scene {
	all := []scene{
		{"first-frame", options, func(*drive) {}},
		{"cluster-looking", options, func(d *drive) { d.wait(100 * time.Millisecond) }},
		{"cluster-broken", options, func(d *drive) { d.wait(time.Second).press("up", "enter").wait(time.Second).press("shift+tab") }},
		{"cluster-none", noClusters, func(d *drive) { d.wait(time.Second) }},
		{"cluster-wrong", options, func(d *drive) { d.wait(time.Second).press("enter").text("Ä").press("enter") }},
		{"sandbox-building", sandbox, func(d *drive) { d.wait(3 * time.Second) }},
		{"dr-absent", options, func(d *drive) { d.wait(time.Second); d.page("dr").press("down", "enter") }},
		{"secrets-probed", probing, func(d *drive) {
			d.wait(time.Second)
			d.page("secrets").press("down", "enter")
			d.page("secrets").wait(2 * time.Second)
		}},
		{"storage-external", options, func(d *drive) { d.wait(time.Second); d.page("storage").press("down", "enter") }},
		{"spark-wrong", options, func(d *drive) {
			d.wait(time.Second)
			d.page("spark").to("spark.executor.cores").text("x").press("enter").wait(time.Second)
		}},
		{"plan-full", complete, func(d *drive) { d.wait(time.Second).press("p") }},
		{"plan-blocked", tiny, func(d *drive) { d.wait(time.Second).press("p") }},
		{"review-open", options, func(d *drive) { d.wait(time.Second); d.m.openReview() }},
		{"review-complete", complete, func(d *drive) { d.wait(time.Second) }},
		{"confirm", complete, func(d *drive) { d.wait(time.Second).press("enter") }},
		{"confirm-blocked", options, func(d *drive) { d.wait(time.Second); d.m.openReview(); d.press("end", "enter", "up") }},
		{"installing", halfway, func(d *drive) { d.wait(time.Second).press("enter", "enter").wait(5500 * time.Millisecond) }},
		{"installing-log", halfway, func(d *drive) { d.wait(time.Second).press("enter", "enter").wait(5500 * time.Millisecond).press("l") }},
		{"stopping", halfway, func(d *drive) {
			d.wait(time.Second).press("enter", "enter").wait(5500 * time.Millisecond).press("ctrl+c")
		}},
		{"failed", failing, func(d *drive) { d.wait(time.Second).press("enter", "enter").wait(20 * time.Second) }},
		{"failed-at-once", refused, func(d *drive) { d.wait(time.Second).press("enter", "enter").wait(time.Second) }},
		{"result", succeeding, func(d *drive) { d.wait(time.Second).press("enter", "enter").wait(20 * time.Second) }},
	}
	for _, p := range question.Pages() {
		all = append(all,
			scene{"page-" + p.ID + "-fresh", options, func(d *drive) { d.page(p.ID) }},
			scene{"page-" + p.ID + "-filled", complete, func(d *drive) { d.wait(time.Second); d.page(p.ID) }})
	}
	return append(all, scene{"page-workload-sized", workload, func(d *drive) { d.wait(time.Second); d.page("workload"); d.wait(time.Second) }})
}

// workload has a job that the executors have to carry.
func workload() Options {
	o := complete()
	if err := o.Answers.Set("workload.datasetSize", "1TB", question.FromFile); err != nil {
		panic(err)
	}
	return o
}

func (d *drive) page(id string) *drive {
	d.run(d.m.openPage(id, ""))
	return d.settle()
}

func noClusters() Options {
	o := options()
	o.Contexts = nothing
	return o
}

func sandbox() Options {
	o := options()
	o.Sandbox = "sparkwiz-sandbox"
	background := make(chan progress.Event, 4)
	background <- progress.Event{Step: "sandbox", Title: "sandbox", State: progress.Running, Expect: 90 * time.Second}
	background <- progress.Event{Step: "images", Title: "images", State: progress.Waiting}
	close(background)
	o.Background = background
	return o
}

// tiny is a cluster that cannot take the platform.
func tiny() Options {
	o := complete()
	o.Look = look(1200, gi)
	return o
}

// script plays events, one a second.
func script(err error, events ...progress.Event) func(context.Context, spec.Spec, progress.Observer) error {
	return func(_ context.Context, _ spec.Spec, observe progress.Observer) error {
		for _, e := range events {
			observe(e)
			time.Sleep(time.Second)
		}
		return err
	}
}

func opening() []progress.Event {
	return []progress.Event{
		{Step: "namespace/spark", Title: "Namespace spark", State: progress.Waiting},
		{Step: "release/postgresql", Title: "PostgreSQL (dev)", State: progress.Waiting, Expect: 12 * time.Second},
		{Step: "release/hive-metastore", Title: "Hive Metastore", State: progress.Waiting, Expect: 40 * time.Second, Reason: "needs postgresql"},
	}
}

func halfway() Options {
	o := complete()
	done := progress.Event{Step: "namespace/spark", State: progress.Same, Took: 40 * time.Millisecond}
	settling := progress.Event{
		Step: "release/postgresql", State: progress.Settling, Want: 1,
		Reason: "pod postgresql-0: container postgresql: pulling docker.io/library/postgres:15.20-bookworm, 40 s so far",
	}
	play := script(nil, append(opening(), done, settling)...)
	o.Install = func(ctx context.Context, s spec.Spec, observe progress.Observer) error {
		_ = play(ctx, s, observe)
		<-ctx.Done()
		time.Sleep(10 * time.Second)
		return ctx.Err()
	}
	return o
}

func failing() Options {
	o := complete()
	o.Install = script(fault.New(fault.Partial, "1 of 3 steps failed", "sparkwiz apply"), append(opening(),
		progress.Event{Step: "namespace/spark", State: progress.Done, Took: time.Second},
		progress.Event{
			Step: "release/postgresql", State: progress.Failed, Took: 61 * time.Second, Hint: "kubectl -n spark describe pod postgresql-0",
			Reason: "pod postgresql-0: container postgresql: ImagePullBackOff\nevent: failed to pull \"docker.io/library/postgres:15.20-bookworm\": not found",
		},
		progress.Event{Step: "release/hive-metastore", State: progress.Skipped, Reason: "needs postgresql"})...)
	return o
}

func refused() Options {
	o := complete()
	o.Install = script(fault.Wrap(errors.New("connection refused"), fault.Failed, "the cluster does not answer", "kubectl --context kind-spark cluster-info"))
	return o
}

func succeeding() Options {
	o := complete()
	o.Install = script(nil, append(opening(),
		progress.Event{Step: "release/postgresql", State: progress.Done, Took: 11 * time.Second},
		progress.Event{Step: "verify/query", Title: "A query through Spark Connect", State: progress.Done, Took: 6 * time.Second, Output: "id  name\n 1  spark\n 2  wizard\n"},
		progress.Event{Step: "verify/iceberg", Title: "Time travel in an Iceberg table", State: progress.Done, Output: "snapshot 8429323: 2 rows\nsnapshot 3820128: 3 rows\n"})...)
	o.After = func() []string { return []string{"sc://localhost:15002   after: sparkwiz access"} }
	return o
}

var sizes = [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 50}}

// TestGolden compares every scene at four sizes, without colours: nothing is
// said by colour alone.
func TestGolden(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			driven(t, s.o(), func(d *drive) {
				s.act(d)
				var b strings.Builder
				for _, size := range sizes {
					fmt.Fprintf(&b, "── %d × %d\n", size[0], size[1])
					for line := range strings.SplitSeq(d.size(size[0], size[1]).view(), "\n") {
						b.WriteString(strings.TrimRight(line, " ") + "\n")
					}
				}
				golden(t, s.name, b.String())
			})
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it and run go test ./internal/wizard -update\n%s", path, got)
	}
}

// TestShape holds every scene to the terminal: as many lines as it has, none
// too wide, at sizes around every limit.
func TestShape(t *testing.T) {
	widths, heights := []int{1, 39, 40, 59, 60, 80, 99, 100, 250}, []int{1, 11, 12, 13, 16, 24, 60}
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			driven(t, s.o(), func(d *drive) {
				s.act(d)
				for _, w := range widths {
					for _, h := range heights {
						d.size(w, h).fits(w, h)
					}
				}
			})
		})
	}
}

func (d *drive) fits(w, h int) {
	d.t.Helper()
	lines := strings.Split(d.view(), "\n")
	if len(lines) > h {
		d.t.Errorf("%d × %d: %d lines", w, h, len(lines))
	}
	for i, line := range lines {
		if got := ansi.StringWidth(line); got > w {
			d.t.Errorf("%d × %d: line %d is %d wide: %q", w, h, i+1, got, line)
		}
	}
	if w < leastWidth || h < leastHeight {
		return
	}
	if d.m.screen < working && !d.m.reading && !strings.Contains(d.view(), gHere) {
		d.t.Errorf("%d × %d: the line that has the keyboard is not visible:\n%s", w, h, d.view())
	}
	for i, line := range lines {
		if strings.HasPrefix(line, "│") && ansi.StringWidth(line) != w {
			d.t.Errorf("%d × %d: line %d of a panel is %d wide", w, h, i+1, ansi.StringWidth(line))
		}
	}
}

// TestPlainLetters: where the terminal has no Unicode, nothing moves.
func TestPlainLetters(t *testing.T) {
	o := complete()
	o.Console.Env = []string{"TERM=linux"}
	driven(t, o, func(d *drive) {
		d.wait(time.Second)
		plain := d.view()
		d.m.opts.Console.Env = []string{"TERM=xterm", "LANG=de_DE.UTF-8"}
		fancy := d.view()
		if ansi.StringWidth(plain) != ansi.StringWidth(fancy) || plain == fancy {
			t.Errorf("plain letters change the widths:\n%s\n%s", plain, fancy)
		}
		for _, r := range plain {
			if r > 0x7f {
				t.Errorf("%q is no plain letter", r)
			}
		}
	})
}

// TestEveryPlanFits shows that the numbers come from the real planner.
func TestEveryPlanFits(t *testing.T) {
	driven(t, complete(), func(d *drive) {
		d.wait(time.Second)
		p, err := plan.Make(d.m.answers.Spec, cluster2())
		if err != nil {
			t.Fatal(err)
		}
		d.size(120, 40).shows("CPU   "+plan.Cores(p.Footprint.CPUMilli)+" of 7", fmt.Sprintf("%d releases", len(p.Releases)), fmt.Sprintf("%d objects", 1+9*len(p.Releases)))
	})
}
