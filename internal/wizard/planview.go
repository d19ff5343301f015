package wizard

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// planLine is the plan in one line, for terminals too narrow for the panel.
func (m *model) planLine(width int) string {
	p := m.planned
	switch {
	case p.err != nil:
		return bad.Render(cut(" plan  "+gWarn+" "+oneLine(p.err.Error()), width))
	case !p.made:
		return dim.Render(cut(" plan  …", width))
	}
	fp := p.plan.Footprint
	parts := []string{count(len(p.plan.Releases), "release")}
	if m.cluster.facts.Known {
		free := m.cluster.facts.Free(p.plan.Namespaces()...)
		parts = append(parts, "CPU "+plan.Cores(fp.CPUMilli)+" of "+plan.Cores(free.CPUMilli), "Mem "+plan.Bytes(fp.Memory)+" of "+plan.Bytes(free.Memory))
	} else {
		parts = append(parts, "CPU "+plan.Cores(fp.CPUMilli), "Mem "+plan.Bytes(fp.Memory))
	}
	if fp.Volumes > 0 {
		parts = append(parts, "Disk "+plan.Bytes(fp.Volumes))
	}
	line := dim.Render(" plan  " + strings.Join(parts, " · "))
	if n := len(p.plan.Warnings); n > 0 {
		// What warns must not be what is cut.
		return sides(cut(line, width-14), warn.Render(gWarn+" "+count(n, "warning"))+" ", width)
	}
	return cut(line, width)
}

// planPanel is the plan beside the page.
func (m *model) planPanel(width, height int) []string {
	p := m.planned
	switch {
	case p.err != nil:
		return render(bad, wrap(gWarn+" "+oneLine(p.err.Error()), width))
	case !p.made:
		return []string{dim.Render("planning …")}
	}
	right := ""
	if p.counted {
		right = count(p.objects, "object")
	}
	lines := []string{sides(strong.Render(count(len(p.plan.Releases), "release")), dim.Render(right), width), ""}
	lines = append(lines, m.footprint(width)...)
	if n := len(m.answers.Missing()); n > 0 {
		lines = append(lines, "", warn.Render(gOpen)+" "+count(n, "answer")+" to give")
	}
	if n := len(p.plan.Warnings); n > 0 {
		lines = append(lines, "", warn.Render(gWarn+" "+count(n, "warning")))
		lines = append(lines, render(dim, indent("  ", firstLines(wrap(p.plan.Warnings[0].What, width-2), max(2, height-len(lines)-2))))...)
	}
	if room := height - len(lines) - 1; room >= len(p.plan.Releases)+len(p.plan.Adopted) {
		lines = append(lines, "")
		for i, r := range p.plan.Releases {
			lines = append(lines, dim.Render(fmt.Sprintf("%d ", i+1))+cut(r.Title, width-2))
		}
		for _, a := range p.plan.Adopted {
			lines = append(lines, dim.Render("– "+cut(a.Title+", here already", width-2)))
		}
	}
	return lines
}

// footprint compares what the platform asks for with what is free. Without
// facts there is nothing to compare with, and it says so.
func (m *model) footprint(width int) []string {
	p := m.planned.plan
	known := m.cluster.facts.Known && m.cluster.facts.Unknown["nodes"] == ""
	free := m.cluster.facts.Free(p.Namespaces()...)
	cpu, mem := plan.Cores(p.Footprint.CPUMilli), plan.Bytes(p.Footprint.Memory)
	lines := []string{dim.Render("CPU ") + "  " + cpu, dim.Render("Mem ") + "  " + mem}
	if known {
		cpu += " of " + plan.Cores(free.CPUMilli)
		mem += " of " + plan.Bytes(free.Memory)
		text := max(len(cpu), len(mem))
		cells := min(12, width-8-text)
		lines[0] = dim.Render("CPU ") + "  " + pad(cpu, text) + "  " + bar(p.Footprint.CPUMilli, free.CPUMilli, cells)
		lines[1] = dim.Render("Mem ") + "  " + pad(mem, text) + "  " + bar(p.Footprint.Memory, free.Memory, cells)
	}
	disk := "none"
	if p.Footprint.Volumes > 0 {
		disk = plan.Bytes(p.Footprint.Volumes) + m.class()
	}
	lines = append(lines,
		dim.Render("Disk")+"  "+cut(disk, width-6),
		dim.Render("Pods")+"  "+fmt.Sprintf("%d at most", p.Footprint.Pods))
	if p.Cost != nil {
		lines = append(lines, cut(p.Cost.Sentence(), width))
	}
	if !known {
		lines = append(lines, "", dim.Render(cut("cluster not looked at yet", width)))
	}
	return lines
}

func (m *model) class() string {
	if name := m.planned.plan.Spec.Storage.Class; name != "" {
		return " · " + name
	}
	if c, ok := m.cluster.facts.DefaultStorageClass(); ok {
		return " · " + c.Name + " (default)"
	}
	return ""
}

// planPage is the plan in full.
func (m *model) planPage(width int) []string {
	p := m.planned
	switch {
	case p.err != nil:
		return render(bad, wrap(oneLine(p.err.Error()), width))
	case !p.made:
		return []string{dim.Render("planning …")}
	}
	lines := []string{
		pair("Platform", p.plan.Name+" ("+p.plan.Environment+")", width),
		pair("Cluster", orDash(p.plan.Context), width),
		pair("Namespace", p.plan.Namespace, width),
	}
	lines = append(lines, warnings(p.plan, width)...)
	lines = append(lines, "", strong.Render("Releases, in this order"))
	rows := [][]string{{"", "release", ">CPU", ">memory", ">disk", "after"}}
	for i, r := range p.plan.Releases {
		cpu, mem, disk := int64(0), int64(0), int64(0)
		for _, pod := range r.Pods {
			cpu += int64(pod.Count) * pod.CPUMilli
			mem += int64(pod.Count) * pod.Memory
			disk += int64(pod.Count) * pod.Volume
		}
		size := ""
		if disk > 0 {
			size = plan.Bytes(disk)
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), r.Title, plan.Cores(cpu), plan.Bytes(mem), size, strings.Join(r.Needs, ", ")})
	}
	for i, line := range console.Columns(rows) {
		if i == 0 {
			line = dim.Render(line)
		}
		lines = append(lines, cut(line, width))
	}
	for _, a := range p.plan.Adopted {
		lines = append(lines, cut(fmt.Sprintf("– %s is here already: used, not installed (%s)", a.Title, a.Because), width))
	}
	lines = append(lines, "", strong.Render("At most"))
	lines = append(lines, m.footprint(width)...)
	if p.plan.Cost != nil {
		lines = append(lines, render(dim, wrap(p.plan.Cost.Detail(), width))...)
	}
	if p.plan.Sizing != nil {
		lines = append(lines, "", strong.Render("Executors for the workload"))
		for _, sentence := range p.plan.Sizing.Sentences() {
			lines = append(lines, indent("  ", wrap(sentence, width-2))...)
		}
	}
	if len(p.plan.Secrets) > 0 {
		lines = append(lines, "", strong.Render("Secrets")+dim.Render("  names only; nobody is shown a value"))
		for _, s := range p.plan.Secrets {
			whose := "made when missing"
			if s.Yours {
				whose = "yours to make"
			}
			if s.From != "" {
				whose = "from " + s.From
			}
			lines = append(lines, indent("  ", wrap(s.Secret+" · "+s.Key+"  "+dim.Render(s.Purpose+", "+whose), width-2))...)
		}
	}
	return lines
}

// warnings are what the cluster has against the plan, each with its remedy
// unless the next one has the same.
func warnings(p plan.Plan, width int) []string {
	var lines []string
	for i, w := range p.Warnings {
		mark := warn.Render(gWarn)
		if w.Blocks {
			mark = bad.Render(gFail)
		}
		if i == 0 {
			lines = append(lines, "", strong.Render("Warnings"))
		}
		lines = append(lines, indent(mark+" ", wrap(w.What, width-2))...)
		if w.Hint != "" && (i == len(p.Warnings)-1 || p.Warnings[i+1].Hint != w.Hint) {
			lines = append(lines, try(w.Hint, width)...)
		}
	}
	if len(p.Blocked()) > 0 {
		lines = append(lines, dim.Render(cut(gFail+" must be solved before anything is installed", width)))
	}
	return lines
}

func (m *model) pressReading(key string) {
	switch key {
	case "up", "k":
		m.offset--
	case "down", "j":
		m.offset++
	case "pgup":
		m.offset -= m.bodyHeight() - 3
	case "pgdown", "space":
		m.offset += m.bodyHeight() - 3
	case "esc", "p", "q", "enter", "ctrl+p":
		m.reading = false
	}
	m.offset = max(0, m.offset)
}

// pair is a name and a value in two columns.
func pair(name, value string, width int) string {
	return dim.Render(pad(name, 12)) + cut(value, width-12)
}

func orDash(text string) string {
	if strings.TrimSpace(ansi.Strip(text)) == "" {
		return gAbsent
	}
	return text
}
