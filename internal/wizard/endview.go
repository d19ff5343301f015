package wizard

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// proof is what the verification has shown, as plain lines.
func (m *model) proof() []string {
	var lines []string
	for _, s := range m.work.steps {
		if s.Output == "" {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, s.title()+":")
		for line := range strings.Lines(s.Output) {
			lines = append(lines, "  "+strings.TrimRight(line, "\n"))
		}
	}
	return lines
}

// unwrapped is wide enough for any line: a shell takes a command in one piece.
const unwrapped = 10000

func plainLines(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = ansi.Strip(line)
	}
	return out
}

// unfinished is what was in flight when the installation was left.
func (m *model) unfinished() []string {
	var lines []string
	for _, s := range m.work.steps {
		if s.State != progress.Waiting && s.State != progress.Skipped {
			lines = append(lines, glyph(s.State)+" "+s.title()+": "+string(s.State))
		}
	}
	return lines
}

func (m *model) resultLines(width int) []string {
	lines := []string{
		good.Bold(true).Render(gDone+" Spark answers") + dim.Render("  installed and verified in "+console.Clock(m.took)), "",
	}
	for _, line := range m.proof() {
		if strings.HasPrefix(line, " ") || line == "" {
			lines = append(lines, cut(line, width))
		} else {
			lines = append(lines, strong.Render(cut(line, width)))
		}
	}
	if len(m.after) > 0 {
		lines = append(lines, "", strong.Render("What next"))
		for _, line := range m.after {
			lines = append(lines, indent("  ", wrap(line, width-2))...)
		}
	}
	return lines
}

// failureLines fit one screen: what failed, the evidence, the remedy and how
// to go on.
func (m *model) failureLines(width int) []string {
	var lines []string
	bullets := m.work.in(progress.Failed)
	for _, s := range bullets {
		lines = append(lines, shout.Render(gFail+" ")+strong.Render(cut(s.title()+" failed", width-2)))
		for part := range strings.SplitSeq(strings.TrimSpace(s.Reason), "\n") {
			lines = append(lines, indent("  ", wrap(part, width-2))...)
		}
		lines = append(lines, try(s.Hint, width)...)
		lines = append(lines, "")
	}
	if len(bullets) == 0 {
		lines = append(lines, indent(shout.Render(gFail)+" ", wrap(m.err.Error(), width-2))...)
		for _, hint := range fault.Hints(m.err) {
			lines = append(lines, try(hint, width)...)
		}
		lines = append(lines, "")
	}
	if skipped := m.work.in(progress.Skipped); len(skipped) > 0 {
		var names []string
		for _, s := range skipped {
			names = append(names, s.title())
		}
		lines = append(lines, render(dim, wrap("Not begun because of it: "+strings.Join(names, ", ")+".", width))...)
	}
	if ready := len(m.work.in(progress.Done, progress.Same)); ready > 0 {
		lines = append(lines, dim.Render(cut(count(ready, "step")+" done, and kept.", width)))
	}
	if lines[len(lines)-1] != "" {
		lines = append(lines, "")
	}
	lines = append(lines, strong.Render("To go on"))
	lines = append(lines, indent("  ", wrap("r tries again from where it stopped; later: "+m.opts.Resume, width-2))...)
	return lines
}

func try(hint string, width int) []string {
	var lines []string
	for line := range strings.Lines(hint) {
		lines = append(lines, indent("  "+accent.Render("try:")+" ", wrap(strings.TrimRight(line, "\n"), width-7))...)
	}
	return lines
}
