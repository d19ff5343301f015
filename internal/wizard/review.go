package wizard

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/question"
)

// review lists every answer with its origin. The last line goes on.
type review struct{ at int }

// asked are the questions that apply to the present answers.
func (m *model) asked() []question.Question {
	return slices.DeleteFunc(slices.Clone(m.rows), func(q question.Question) bool { return !q.Asked(m.answers.Spec) })
}

// openReview puts the cursor on the first thing to mend, or else on the line
// that goes on.
func (m *model) openReview() {
	jumped := m.jumped
	m.screen, m.jumped = reviewing, false
	rows := m.asked()
	if jumped { // Back to the line that was left.
		m.review.at = min(m.review.at, len(rows))
		return
	}
	m.review.at = len(rows)
	if i := slices.IndexFunc(rows, func(q question.Question) bool { return m.missing(q) || m.fault(q) != "" }); i >= 0 {
		m.review.at = i
	}
}

func (m *model) pressReview(key string) tea.Cmd {
	rows := m.asked()
	switch key {
	case "up", "k", "shift+tab":
		m.review.at = (m.review.at + len(rows)) % (len(rows) + 1)
	case "down", "j", "tab":
		m.review.at = (m.review.at + 1) % (len(rows) + 1)
	case "home":
		m.review.at = 0
	case "end":
		m.review.at = len(rows)
	case "p":
		m.reading, m.offset = true, 0
	case "esc":
		pages := m.pages()
		return m.openPage(pages[len(pages)-1].ID, "")
	case "enter":
		if m.review.at >= len(rows) {
			m.openConfirm()
			return nil
		}
		m.jumped = true
		q := rows[m.review.at]
		return m.openPage(q.Page, q.Key)
	}
	return nil
}

// reviewLines are the lines and the range of the one under the cursor. Where
// there is room the pages have headings.
func (m *model) reviewLines(width int, headings bool) (lines []string, from, to int) {
	n := 0
	for _, p := range m.pages() {
		if headings && len(lines) > 0 {
			lines = append(lines, "")
		}
		if headings {
			lines = append(lines, strong.Render(p.Title))
		}
		for _, q := range m.on(p.ID) {
			at := len(lines)
			lines = append(lines, m.reviewRow(q, n == m.review.at, width)...)
			if n == m.review.at {
				from, to = at, len(lines)
			}
			n++
		}
	}
	return lines, from, to
}

func (m *model) reviewRow(q question.Question, at bool, width int) []string {
	fault, missing := m.fault(q), m.missing(q)
	mark, style := "  ", strong.Bold(false)
	switch {
	case missing:
		mark = warn.Render(gOpen) + " "
	case fault != "":
		mark = bad.Render(gWarn) + " "
	}
	if at {
		mark, style = here.Render(gHere)+" ", here
	}
	value, origin := m.shown(q), string(m.answers.Origin(q.Key))
	switch _, draft := m.drafts[q.Key]; {
	case draft:
		origin = string(question.FromYou)
	case missing:
		value, origin = dim.Render(orDash(value)), "not answered yet"
	case origin == string(question.FromCluster):
		origin += ": " + m.reasons[q.Key]
	}
	lines := []string{}
	room := width - 2 - label(width)
	valueWidth := min(28, room/2)
	lines = append(lines, mark+style.Render(pad(q.Title, label(width)-2))+"  "+pad(value, valueWidth)+"  "+dim.Render(cut(strings.TrimSuffix(origin, ": "), room-valueWidth-2)))
	if fault != "" {
		lines = append(lines, render(bad, indent("    "+gWarn+" ", wrap(fault, width-6)))...)
	}
	return lines
}

// shown is an answer as people read it.
func (m *model) shown(q question.Question) string {
	if draft, ok := m.drafts[q.Key]; ok {
		return draft
	}
	return orDash(m.field(q).shown())
}

// problems counts what stands in the way of an installation.
func (m *model) problems() (missing, wrong int) {
	for _, q := range m.asked() {
		switch {
		case m.missing(q):
			missing++
		case m.fault(q) != "":
			wrong++
		}
	}
	return missing, wrong
}

// verdict is the line under the review.
func (m *model) verdict() string {
	missing, wrong := m.problems()
	var parts []string
	if missing > 0 {
		parts = append(parts, warn.Render(gOpen)+" "+count(missing, "question")+" open")
	}
	if wrong > 0 {
		parts = append(parts, bad.Render(gWarn)+" "+count(wrong, "answer")+" wrong")
	}
	if len(parts) == 0 {
		return good.Render(gDone) + " every question is answered"
	}
	return strings.Join(parts, "   ")
}

// What can be done with complete answers.
const (
	doInstall = "install"
	doFiles   = "files"
	doBack    = "back"
)

// openConfirm offers what can be done now. What cannot says why.
func (m *model) openConfirm() {
	m.screen = confirming
	obstacle := m.obstacle()
	short := "" // what keeps even the files from being complete
	if len(m.open()) > 0 {
		short = obstacle
	}
	m.final = newChoice(question.Question{}, []question.Option{
		{Value: doInstall, Label: "Install", Note: "onto " + orDash(m.answers.Spec.Cluster.Context) + ", and prove it with a query", Absent: obstacle},
		{Value: doFiles, Label: "Write files only", Note: "install later with: " + m.opts.Resume, Absent: short},
		{Value: doBack, Label: "Back", Note: "to the review"},
	}, doInstall, false)
	m.final.acts = true
	if obstacle != "" {
		m.final.moveTo(doBack)
	}
}

// open names the questions that have no answer or a wrong one.
func (m *model) open() (titles []string) {
	for _, q := range m.asked() {
		if m.missing(q) || m.fault(q) != "" {
			titles = append(titles, q.Title)
		}
	}
	return titles
}

// obstacle is why an installation cannot begin; empty when it can.
func (m *model) obstacle() string {
	if n := len(m.open()); n == 1 {
		return "1 question is still open"
	} else if n > 1 {
		return count(n, "question") + " are still open"
	}
	if m.planned.err != nil {
		return oneLine(m.planned.err.Error())
	}
	if !m.planned.made || m.planned.want.spec != m.answers.Spec {
		return "the plan is still being made"
	}
	if blocked := m.planned.plan.Blocked(); len(blocked) > 0 {
		return blocked[0].What
	}
	return ""
}

func (m *model) pressConfirm(key string) tea.Cmd {
	switch key {
	case "up", "k", "shift+tab":
		m.final.move(-1)
	case "down", "j", "tab":
		m.final.move(+1)
	case "p":
		m.reading, m.offset = true, 0
	case "esc":
		m.openReview()
	case "enter":
		return m.decide()
	}
	return nil
}

func (m *model) decide() tea.Cmd {
	at := m.final.text()
	if at == doBack {
		m.openReview()
		return nil
	}
	// The plan may have come in since the page was opened.
	m.openConfirm()
	m.final.moveTo(at)
	if o := m.final.option(); o.Absent != "" {
		m.note = gWarn + " " + o.Label + ": " + o.Absent
		return nil
	}
	if at == doFiles {
		return m.save(leaveWithFiles)
	}
	return m.save(install)
}

func (m *model) confirmLines(width int) []string {
	p := m.planned.plan
	lines := []string{
		dim.Render("Platform") + "  " + cut(p.Name+" ("+p.Environment+"), "+count(len(p.Releases), "release"), width-10),
		dim.Render("Cluster ") + "  " + cut(orDash(p.Context)+", namespace "+p.Namespace, width-10),
		"",
	}
	lines = append(lines, m.footprint(width)...)
	if open := m.open(); len(open) > 0 {
		lines = append(lines, "")
		lines = append(lines, indent(warn.Render(gOpen)+" ", wrap("still open: "+strings.Join(open, ", "), width-2))...)
	}
	return append(lines, warnings(p, width)...)
}
