package sizeview

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// Text writes the document for people, at most width columns wide where lines
// can be broken. today, as 2006-01-02, tells how old the prices are.
func Text(out io.Writer, d Document, width int, today string) {
	var whole strings.Builder
	write(&whole, d, width, today)
	for line := range strings.Lines(whole.String()) {
		fmt.Fprintln(out, strings.TrimRight(line, " \n")) // Tables pad their last column.
	}
}

func write(w io.Writer, d Document, width int, today string) {
	width = max(60, min(width, 120))
	if d.Observed != nil {
		logHead(w, d)
	} else {
		flagsHead(w, d)
	}
	numbers(w, d)
	if d.Advice != nil {
		work(w, d)
	}
	if c, ok := curveOf(d); ok {
		fmt.Fprintf(w, "\nTime and cost by number of executors\n\n%s\n", strings.Join(plot(c, width), "\n"))
	}
	if d.Observed != nil {
		logBody(w, d, width)
	}
	section(w, "Spark properties", properties(d))
	section(w, "Assumptions", bullets("· ", d.Assumptions, width))
	all := slices.Concat(d.Warnings, priceAge(d, today))
	section(w, "Warnings", bullets("! ", all, width))
}

func section(w io.Writer, title string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(w, "\n%s\n\n%s\n", title, strings.Join(lines, "\n"))
	}
}

func flagsHead(w io.Writer, d Document) {
	in, r := d.Advice.Workload, d.Recommendation
	what := "scan"
	if len(in.Transformations) > 0 {
		what = strings.Join(in.Transformations, ", ")
	}
	within := ""
	if in.TargetSeconds > 0 {
		within = " in " + sizing.Span(in.TargetSeconds)
	}
	fmt.Fprintf(w, "%s through %s%s (%s): %s, each %s and %s\n", sizing.Dataset(in.DatasetBytes), what, within, in.Profile,
		count(r.Executors.Central, "executor"), count(r.ExecutorCores, "core"), gibs(r.ExecutorMemoryMiB.Central))
	fmt.Fprintf(w, "Bound by: %s\n", d.Advice.Binding.Says)
	if g := d.Advice.Given; g != nil {
		fmt.Fprintf(w, "On %s with %s: %s (%s to %s), %s on demand, %s on spot\n", count(g.Executors, "executor"), count(g.ExecutorCores, "core"),
			sizing.Span(g.Duration.Central), sizing.Span(g.Duration.Low), sizing.Span(g.Duration.High), sizing.Money(g.OnDemand.Central), sizing.Money(g.Spot.Central))
	}
}

// numbers are the answer as a table: good, likely and bad.
func numbers(out io.Writer, d Document) {
	r := d.Recommendation
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(cells ...any) { fmt.Fprintln(w, "  "+strings.Join(texts(cells), "\t")) }
	if d.Advice != nil {
		row("", "LOW", "CENTRAL", "HIGH", "")
		row("Executors", r.Executors.Low, r.Executors.Central, r.Executors.High, count(r.ExecutorCores, "core")+" each")
		row("Heap", gibs(r.ExecutorMemoryMiB.Low), gibs(r.ExecutorMemoryMiB.Central), gibs(r.ExecutorMemoryMiB.High), "")
		row("Pod memory", "", fmt.Sprintf("%d MiB", r.PodMemoryMiB), "", fmt.Sprintf("%d MiB beside the heap", r.MemoryOverheadMiB))
		row("Partitions", r.Partitions.Low, r.Partitions.Central, r.Partitions.High, "")
		row("Local disk", disk(r.LocalDiskMiB.Low), disk(r.LocalDiskMiB.Central), disk(r.LocalDiskMiB.High), "of each executor, for shuffles")
		row("Duration", sizing.Span(d.Advice.Duration.Low), sizing.Span(d.Advice.Duration.Central), sizing.Span(d.Advice.Duration.High),
			fmt.Sprintf("on %s; no number is faster than %s", count(r.Executors.Central, "executor"), sizing.Span(d.Advice.Least.Central)))
	} else {
		row("", "CHEAPEST", "BEST", "FASTEST", "")
		row("Executors", r.Executors.Low, r.Executors.Central, r.Executors.High, count(r.ExecutorCores, "core")+" each")
		row("Heap", "", gibs(r.ExecutorMemoryMiB.Central), "", fmt.Sprintf("pod %d MiB, %d beside the heap", r.PodMemoryMiB, r.MemoryOverheadMiB))
		row("Duration", sizing.Span(d.Runs.Low), sizing.Span(d.Runs.Central), sizing.Span(d.Runs.High), "")
	}
	row("On demand", sizing.Money(d.Cost.OnDemand.Low), sizing.Money(d.Cost.OnDemand.Central), sizing.Money(d.Cost.OnDemand.High), costNote(d))
	row("On spot", sizing.Money(d.Cost.Spot.Low), sizing.Money(d.Cost.Spot.Central), sizing.Money(d.Cost.Spot.High), fmt.Sprintf("$%.4g an hour", d.Cost.Spotly))
	w.Flush()
	if d.Advice == nil {
		return
	}
	f := d.Advice.Fit
	if f.PerNode > 0 {
		fmt.Fprintf(out, "  %d on one %s, %s; CPU stranded %.0f %%, memory %.0f %%\n", f.PerNode, f.Instance, count(f.Nodes, "node"), 100*f.StrandedCPU, 100*f.StrandedMemory)
	}
	for _, a := range d.Advice.Alternatives {
		if a.OnDemand < d.Cost.OnDemand.Central {
			fmt.Fprintf(out, "  cheaper: %s (%s, %s) %s on demand, %s on spot\n", a.Instance, a.Kind, a.Arch, sizing.Money(a.OnDemand), sizing.Money(a.Spot))
		}
	}
}

func costNote(d Document) string {
	asOf := "of " + d.Cost.AsOf
	if d.Cost.AsOf == "" {
		asOf = "without a date"
	}
	return fmt.Sprintf("%s in %s, $%.4g an hour, prices %s", clean(d.Cost.Instance, 40), clean(d.Cost.Region, 40), d.Cost.Hourly, asOf)
}

// work is the sum, so that it can be checked by hand.
func work(out io.Writer, d Document) {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "  STEP\tREADS\tMiB/s A CORE\tCORE-SECONDS\tLOW\tHIGH\t")
	for _, s := range d.Advice.Steps {
		rate := "–"
		if s.Rate.Central > 0 && s.CoreSeconds.Central > 0 {
			rate = fmt.Sprintf("%.3g", s.Rate.Central)
		}
		if s.Name == "query" {
			rate = "–"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%.0f\t%.0f\t%.0f\t\n", s.Name, sizing.Size(int64(s.Bytes.Central)), rate, s.CoreSeconds.Central, s.CoreSeconds.Low, s.CoreSeconds.High)
	}
	fmt.Fprintf(w, "  sum\t\t\t%.0f\t%.0f\t%.0f\t\n", d.Advice.CoreSeconds.Central, d.Advice.CoreSeconds.Low, d.Advice.CoreSeconds.High)
	w.Flush()
}

func properties(d Document) []string {
	if len(d.Settings) > 0 {
		return diffLines(d.Settings)
	}
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(d.SparkConf)) {
		lines = append(lines, "  "+key+"="+clean(d.SparkConf[key], 120))
	}
	return lines
}

// priceAge warns about prices that nobody should rely on any more.
func priceAge(d Document, today string) []string {
	if d.Cost.AsOf == "" {
		return []string{"the prices have no date"}
	}
	days, err := sizing.Days(d.Cost.AsOf, today)
	if err != nil || days <= sizing.StaleDays {
		return nil
	}
	return []string{fmt.Sprintf("the prices are %d days old: --prices FILE brings newer ones", days)}
}

// bullets wraps sentences.
func bullets(lead string, sentences []string, width int) []string {
	var lines []string
	for _, s := range sentences {
		line := "  " + lead
		for i, word := range strings.Fields(clean(s, 2000)) {
			if i > 0 && len([]rune(line))+1+len([]rune(word)) > width {
				lines = append(lines, line)
				line = "    "
			} else if i > 0 {
				line += " "
			}
			line += word
		}
		lines = append(lines, line)
	}
	return lines
}

func texts(cells []any) []string {
	var out []string
	for _, c := range cells {
		out = append(out, fmt.Sprint(c))
	}
	return out
}

// gibs writes MiB of memory the short way when they are whole GiB.
func gibs(mib int64) string {
	if mib >= 1024 && mib%1024 == 0 {
		return fmt.Sprintf("%d GiB", mib/1024)
	}
	return fmt.Sprintf("%d MiB", mib)
}

func disk(mib int64) string {
	if mib == 0 {
		return "none"
	}
	return sizing.Size(mib << 20)
}
