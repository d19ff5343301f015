package wizard

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// formBody is a page of questions: what it is about, the questions, what is
// known of the cluster, and at the bottom the help of the present question.
func (m *model) formBody(width, height int) []string {
	body, from, to := m.fieldLines(width)
	var head, tail []string
	if height >= 12 {
		head = append(render(dim, wrap(m.here().Help, width)), "")
	}
	if status := m.asideLines(width); len(status) > 0 {
		tail = append([]string{""}, status...)
	}
	if m.page == secretsPage {
		if found := m.probeLines(width); len(found) > 0 {
			tail = append([]string{""}, found...)
		}
	}
	if m.helpVisibleIn(width, height-len(head)-len(body)-len(tail)) {
		text := m.helpLines(width)
		gap := max(1, min(3, height-len(head)-len(body)-len(tail)-len(text)))
		for range gap {
			tail = append(tail, "")
		}
		tail = append(tail, text...)
	}
	room := height - len(head) - len(tail)
	if room < min(len(body), 4) { // The questions come first.
		head, tail = nil, firstLines(tail, max(0, height-4))
		room = height - len(tail)
	}
	return append(append(head, scroll(body, from, to, max(1, room))...), tail...)
}

const workloadPage = "workload"

// asideLines are what a page shows below its questions: how the look at the
// cluster goes, what the workload needs.
func (m *model) asideLines(width int) []string {
	switch m.page {
	case "cluster":
		return m.clusterLines(width)
	case workloadPage:
		return m.workloadLines(width)
	default:
		return nil
	}
}

// workloadLines are the executors that the present answers lead to, and what
// they cost.
func (m *model) workloadLines(width int) []string {
	p := m.planned.plan
	if !m.planned.made || p.Sizing == nil {
		return nil
	}
	var lines []string
	for i, sentence := range p.Sizing.Sentences() {
		part := indent("  ", wrap(sentence, width-2))
		if i == 0 {
			part = render(strong, part)
		}
		lines = append(lines, part...)
	}
	if p.Cost != nil {
		lines = append(lines, indent("  ", wrap(fmt.Sprintf("%s a run on demand, %s on spot", sizing.Money(p.Sizing.RunOnDemand), sizing.Money(p.Sizing.RunSpot)), width-2))...)
	}
	return lines
}

func (m *model) helpLines(width int) []string {
	q := m.form.focused().question()
	return append(render(dim, wrap(q.Help, width)), dim.Render(cut("--set "+q.Key+"=…", width)))
}

// helpVisibleIn decides by the room that is left, unless the user has said.
func (m *model) helpVisibleIn(width, room int) bool {
	switch m.help {
	case helpShown:
		return true
	case helpHidden:
		return false
	}
	return len(m.helpLines(width))+1 <= room
}

// helpVisible reports what the screen shows now, so that ? can change it.
func (m *model) helpVisible() bool {
	width := m.pageWidth()
	body, _, _ := m.fieldLines(width)
	used := len(body)
	height := m.bodyHeight() - 2
	if height >= 12 {
		used += len(wrap(m.here().Help, width)) + 1
	}
	if n := len(m.asideLines(width)); n > 0 {
		used += n + 1
	}
	if m.page == secretsPage {
		if n := len(m.probeLines(width)); n > 0 {
			used += n + 1
		}
	}
	return m.helpVisibleIn(width, height-used)
}

// fieldLines are all questions, and the range of the one with the keyboard.
func (m *model) fieldLines(width int) (lines []string, from, to int) {
	for i, f := range m.form.fields {
		at := len(lines)
		if i == m.form.at {
			part, cursor, end := m.focusedLines(f, width)
			lines = append(lines, part...)
			from, to = at+cursor, at+end
		} else {
			lines = append(lines, m.restingLine(f, width))
		}
	}
	return lines, from, to
}

// focusedLines are the question that has the keyboard, the line that its
// cursor is on, and the end of what should be seen together with it.
func (m *model) focusedLines(f field, width int) (lines []string, cursor, end int) {
	q := f.question()
	lead := here.Render(gHere+" "+pad(q.Title, label(width)-2)) + "  "
	switch f := f.(type) {
	case *choice:
		cursor = f.cursorLine()
		if len(m.form.fields) > 1 || q.Title != m.here().Title {
			cursor++
			lines = append(lines, here.Render(gHere+" "+q.Title))
			lines = append(lines, indent("  ", f.view(width-2))...)
		} else {
			lines = f.view(width)
		}
	default:
		lines = indent(lead, f.view(max(8, width-2-label(width))))
		if note := m.aside(q); note != "" {
			lines = append(lines, render(dim, indent(strings.Repeat(" ", label(width)+2), wrap(note, width-2-label(width))))...)
		}
	}
	end = cursor + 1
	said := m.objections(q, width)
	lines = append(lines, said...)
	if len(said) > 0 {
		end = len(lines)
	}
	if _, ok := f.(*choice); ok && len(m.form.fields) > 1 {
		lines = append(lines, "")
	}
	return lines, cursor, end
}

// objections are what is wrong with the answer, once it was given, and why
// the option under the cursor was not taken.
func (m *model) objections(q question.Question, width int) (lines []string) {
	if fault := m.fault(q); fault != "" && m.warned[q.Key] != "" {
		lines = append(lines, render(bad, indent("    "+gWarn+" ", wrap(fault+"  (once more leaves it for later)", width-6)))...)
	}
	for _, line := range m.form.refusal {
		lines = append(lines, render(warn, indent("    ", wrap(line, width-4)))...)
	}
	return lines
}

// restingLine is a question without the keyboard, in one line.
func (m *model) restingLine(f field, width int) string {
	q := f.question()
	mark, note, style := "  ", m.aside(q), lipgloss.NewStyle()
	switch {
	case m.missing(q):
		mark, note, style = warn.Render(gOpen)+" ", "not answered yet", dim
	case m.fault(q) != "":
		mark, note = bad.Render(gWarn)+" ", m.fault(q)
	}
	room := width - 2 - label(width)
	value := cut(m.shown(q), room)
	line := mark + dim.Render(pad(q.Title, label(width)-2)) + "  " + style.Render(value)
	if left := room - ansi.StringWidth(value) - 2; note != "" && left >= 8 {
		line += "  " + dim.Render(cut(note, left))
	}
	return line
}

// aside says why an answer is there that nobody has typed here.
func (m *model) aside(q question.Question) string {
	switch m.answers.Origin(q.Key) {
	case question.FromCluster:
		return m.reasons[q.Key]
	case question.FromFlag:
		return "from --set"
	default:
		return ""
	}
}

// pageWidth is the text width of the page's panel.
func (m *model) pageWidth() int {
	page := m.width
	if m.width >= stepsFrom {
		page -= stepsWidth
	}
	if m.width >= planFrom {
		page -= m.planWidth()
	}
	return min(readable, page-4)
}

// label is how many columns the titles of questions get.
func label(width int) int { return min(23, max(12, width/2)) }

func (m *model) planWidth() int { return min(42, max(34, m.width/4)) }
