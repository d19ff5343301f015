package sizeview

import (
	"fmt"
	"io"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

func logHead(w io.Writer, d Document) {
	o := d.Observed
	name, version := o.AppName, "an unknown version"
	if name == "" {
		name = "An application without a name"
	}
	if o.SparkVersion != "" {
		version = clean(o.SparkVersion, 40)
	}
	fmt.Fprintf(w, "%s (%s), Spark %s, %s\n", name, clean(o.AppID, 80), version, sizing.Span(float64(o.DurationMs)/1000))
	if o.Incomplete {
		fmt.Fprintln(w, "! This log is incomplete; what follows is what could be read:")
		for _, why := range o.IncompleteBecause {
			fmt.Fprintln(w, "  "+clean(why, 300))
		}
	}
	fmt.Fprintf(w, "%s, %s, %s", count(o.Jobs, "job"), count(o.Stages, "stage"), count(o.Tasks, "task"))
	if o.FailedTasks > 0 {
		fmt.Fprintf(w, " (%d failed)", o.FailedTasks)
	}
	fmt.Fprintf(w, "; at most %s with %s\n", count(o.MaxExecutors, "executor"), coresWord(o.CoresPerExecutor))
	fmt.Fprintf(w, "Read %s, wrote %s; shuffled %s; spilled %s to disk; tasks ran %s, %s of it collecting garbage\n",
		sizing.Size(o.InputBytes), sizing.Size(o.OutputBytes), sizing.Size(o.ShuffleWriteBytes), sizing.Size(o.DiskSpillBytes),
		sizing.Span(float64(o.ExecutorRunTimeMs)/1000), share(o.JVMGCTimeMs, o.ExecutorRunTimeMs))
	if p := d.Paid; p != nil {
		fmt.Fprintf(w, "The run held %.3g core-hours, %.0f %% of them busy: %s on demand, %s of it for idle cores\n", p.CoreHours, 100*p.BusyShare, sizing.Money(p.OnDemand), sizing.Money(p.Wasted))
	}
	if r := d.Replay; r != nil && r.Unknown == "" {
		fmt.Fprintf(w, "Replayed on what really ran: %s instead of %s, an error of %.1f %%; no number of executors is faster than %s\n",
			sizing.Span(float64(r.SimulatedMs)/1000), sizing.Span(float64(r.ActualMs)/1000), r.ErrorPercent, sizing.Span(float64(r.CriticalPathMs)/1000))
	}
}

func coresWord(n int) string {
	if n == 0 {
		return "an unknown number of cores"
	}
	return count(n, "core")
}

// share is a part as a percentage; what was not measured is not nothing.
func share(part, whole int64) string {
	if whole <= 0 {
		return "an unknown part"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// logBody are findings, the numbers of the curve and the stages.
func logBody(w io.Writer, d Document, width int) {
	if len(d.Findings) > 0 {
		fmt.Fprint(w, "\nFindings\n\n")
		for _, f := range d.Findings {
			fmt.Fprintf(w, "  ! %s: %s\n", clean(f.Title, 80), clean(f.Says, 300))
			fmt.Fprintf(w, "      measured  %s\n      held to   %s (%s)\n", clean(f.Evidence, 300), clean(f.Threshold, 200), clean(f.Source, 120))
			if f.Remedy != "" {
				fmt.Fprintf(w, "      try       %s\n", clean(f.Remedy, 300))
			}
		}
	}
	if lines := timeline(d.Stages, float64(d.Observed.DurationMs)/1000, width, 16); len(lines) > 0 {
		fmt.Fprintf(w, "\nStages over the %s of the application\n\n%s\n", sizing.Span(float64(d.Observed.DurationMs)/1000), strings.Join(lines, "\n"))
	}
	if d.Replay != nil && len(d.Replay.Curve) > 0 {
		fmt.Fprint(w, "\n  EXECUTORS  TIME      BUSY   ON DEMAND\n")
		c, _ := curveOf(d)
		for _, p := range sample(d.Replay.Curve, 12, d.Recommendation.Executors.Central) {
			mark := ""
			if p.Executors == d.Recommendation.Executors.Central {
				mark = "  ← best"
			}
			fmt.Fprintf(w, "  %-9d  %-8s  %3.0f %%  %s%s\n", p.Executors, sizing.Span(float64(p.Ms)/1000), 100*p.Busy, sizing.Money(c.read(c.cost, float64(p.Executors))), mark)
		}
	}
	if len(d.Rates) > 0 {
		fmt.Fprint(w, "\n  MEASURED RATE      STAGES  MiB/s A CORE (quartiles)\n")
		for _, r := range d.Rates {
			fmt.Fprintf(w, "  %-17s  %6d  %.3g  %.3g  %.3g\n", r.Name, r.Stages, r.Low, r.Median, r.High)
		}
	}
}
