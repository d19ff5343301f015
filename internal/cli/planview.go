package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/sizeview"
)

func writePlan(out io.Writer, p plan.Plan, f facts.Facts) {
	fmt.Fprintf(out, "Platform %s (%s) in namespace %s on %s\n\n", p.Name, p.Environment, p.Namespace, p.Context)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  RELEASE\tCHART\tAFTER\tPODS\tCPU\tMEMORY\tVOLUME")
	for _, r := range p.Releases {
		var n int
		var cpu, memory, volume int64
		for _, pod := range r.Pods {
			n += pod.Count
			cpu += int64(pod.Count) * pod.CPUMilli
			memory += int64(pod.Count) * pod.Memory
			volume += int64(pod.Count) * pod.Volume
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%d\t%s\t%s\t%s\n", r.Name, r.Chart, dash(strings.Join(r.Needs, ", ")), n, plan.Cores(cpu), plan.Bytes(memory), size(volume))
	}
	w.Flush()
	for _, a := range p.Adopted {
		fmt.Fprintf(out, "  %s is here already: used, not installed (%s)\n", a.Title, a.Because)
	}
	free := ""
	if f.Known {
		r := f.Free(p.Namespaces()...)
		free = fmt.Sprintf(" of %s CPU and %s free", plan.Cores(r.CPUMilli), plan.Bytes(r.Memory))
	}
	fmt.Fprintf(out, "\nAt most %s CPU and %s%s; %s of volumes; %d pods\n", plan.Cores(p.Footprint.CPUMilli), plan.Bytes(p.Footprint.Memory), free,
		plan.Bytes(p.Footprint.Volumes), p.Footprint.Pods)
	if p.Sizing != nil {
		for i, line := range p.Sizing.Sentences() {
			fmt.Fprintf(out, "%s%s\n", map[bool]string{true: "Workload: ", false: "  "}[i == 0], line)
		}
	}
	if p.Cost != nil {
		fmt.Fprintf(out, "Cost: %s: %s\n", p.Cost.Sentence(), p.Cost.Detail())
		for _, aged := range sizeview.Aged(p.Cost.AsOf, time.Now().UTC().Format(time.DateOnly)) {
			fmt.Fprintf(out, "! %s\n", aged)
		}
	}
	for _, s := range p.Secrets {
		who := "made in the cluster if missing"
		if s.Yours {
			who = "yours: must exist"
		}
		if s.From != "" {
			who = "from " + s.From
		}
		fmt.Fprintf(out, "Secret %s/%s: %s, %s\n", s.Secret, s.Key, s.Purpose, who)
	}
	for _, warning := range p.Warnings {
		mark := "!"
		if warning.Blocks {
			mark = "✗"
		}
		fmt.Fprintf(out, "%s %s\n", mark, warning.What)
		if warning.Hint != "" {
			fmt.Fprintf(out, "  try: %s\n", warning.Hint)
		}
	}
	fmt.Fprintln(out)
}

func writePlanMarkdown(out io.Writer, p plan.Plan) {
	fmt.Fprintf(out, "# Platform %s (%s)\n\nNamespace `%s` on `%s`.\n\n| release | chart | after |\n| --- | --- | --- |\n", p.Name, p.Environment, p.Namespace, p.Context)
	for _, r := range p.Releases {
		fmt.Fprintf(out, "| %s | %s | %s |\n", r.Name, r.Chart, dash(strings.Join(r.Needs, ", ")))
	}
	for _, a := range p.Adopted {
		fmt.Fprintf(out, "\n%s is here already: used, not installed (%s).\n", a.Title, a.Because)
	}
	if p.Sizing != nil {
		fmt.Fprintf(out, "\nWorkload: %s.\n", strings.Join(p.Sizing.Sentences(), "; "))
	}
	if p.Cost != nil {
		fmt.Fprintf(out, "\nCost: %s: %s.\n", p.Cost.Sentence(), p.Cost.Detail())
	}
	fmt.Fprintf(out, "\nAt most %s CPU, %s of memory, %s of volumes.\n", plan.Cores(p.Footprint.CPUMilli), plan.Bytes(p.Footprint.Memory), plan.Bytes(p.Footprint.Volumes))
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func size(n int64) string {
	if n == 0 {
		return "–"
	}
	return plan.Bytes(n)
}
