package wizard

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

// The sizes at which the screen changes.
const (
	leastWidth, leastHeight = 40, 12
	stepsFrom               = 60  // columns from which the list of steps is shown
	planFrom                = 100 // columns from which the plan has a panel
	stepsWidth              = 23
	readable                = 88 // no text is wider
	tall                    = 30 // no page of questions is taller: emptiness is no help
	reviewSteps             = 76 // columns from which the list stays beside the review
)

// View draws the whole screen: exactly height lines, none wider than width.
func (m *model) View() tea.View {
	lines := m.frame()
	for i := range lines {
		lines[i] = cut(lines[i], m.width)
	}
	if len(lines) > m.height {
		lines = lines[:m.height]
	}
	content := strings.Join(lines, "\n")
	if m.letters() == plainText {
		content = plainLetters.Replace(content)
	}
	v := tea.NewView(content)
	v.AltScreen = true
	v.WindowTitle = "sparkwiz"
	return v
}

func (m *model) frame() []string {
	if m.width < leastWidth || m.height < leastHeight {
		text := fmt.Sprintf("This terminal has %d × %d; sparkwiz needs %d × %d. Make it larger, or leave with ctrl+c and use --no-tui.", m.width, m.height, leastWidth, leastHeight)
		return wrap(text, m.width)
	}
	lines := []string{m.header()}
	if m.planFolded() {
		lines = append(lines, m.planLine(m.width))
	}
	lines = append(lines, m.body(m.bodyHeight())...)
	return append(lines, m.statusLine(), m.keysLine())
}

func (m *model) planFolded() bool { return m.width < planFrom && m.screen < working && !m.reading }

// stepsShown: the review needs the columns more than the list does.
func (m *model) stepsShown() bool {
	if m.screen == reviewing {
		return m.width >= reviewSteps
	}
	return m.width >= stepsFrom
}

func (m *model) bodyHeight() int {
	h := m.height - 3
	if m.planFolded() {
		h--
	}
	if m.screen < working && !m.reading {
		h = min(h, tall)
	}
	return h
}

func (m *model) header() string {
	s := m.answers.Spec
	about := s.Environment
	if s.Cluster.Context != "" {
		about += " · " + s.Cluster.Context
	}
	if f := m.cluster.facts; f.Known {
		free := f.Free(s.Namespace)
		about += fmt.Sprintf(" (%s, %s, %s CPU / %s free)", f.Version, count(len(f.Nodes), "node"), plan.Cores(free.CPUMilli), plan.Bytes(free.Memory))
	}
	right := ""
	switch m.screen {
	case asking:
		right = fmt.Sprintf("%d of %d ", m.number()+1, len(m.pages()))
	case working:
		right = console.Clock(m.now.Sub(m.started)) + " "
	}
	left := " " + accent.Bold(true).Render("sparkwiz") + "  "
	room := m.width - ansi.StringWidth(left) - len(right) - 2
	return sides(left+dim.Render(cut(about, room)), dim.Render(right), m.width)
}

// body is the panels side by side.
func (m *model) body(height int) []string {
	if m.reading {
		return m.scrolled("Plan", m.planPage(min(readable, m.width-4)), height)
	}
	switch m.screen {
	case working:
		return m.workingBody(height)
	case finished:
		return m.endBody("Ready", m.resultLines(min(readable, m.width-4)), height)
	case failed:
		return m.endBody("Not finished", m.failureLines(min(readable, m.width-4)), height)
	}
	page := m.width
	var blocks [][]string
	if m.stepsShown() {
		blocks = append(blocks, panel("steps", m.stepLines(height-2), stepsWidth, height))
		page -= stepsWidth
	}
	side := 0
	if m.width >= planFrom {
		side = m.planWidth()
		page -= side
	}
	title, lines := m.pageBody(min(readable, page-4), height-2)
	blocks = append(blocks, panel(title, lines, page, height))
	if side > 0 {
		blocks = append(blocks, panel("plan", m.planPanel(side-4, height-2), side, height))
	}
	return beside(blocks...)
}

func (m *model) pageBody(width, height int) (title string, lines []string) {
	switch m.screen {
	case reviewing:
		return "Review", m.reviewBody(width, height)
	case confirming:
		tail := append([]string{""}, m.final.view(width)...)
		head := m.confirmLines(width)
		return "Ready to go", append(scroll(head, 0, 1, max(1, height-len(tail))), tail...)
	default:
		return m.here().Title, m.formBody(width, height)
	}
}

func (m *model) reviewBody(width, height int) []string {
	onward := "  Continue"
	last := m.review.at >= len(m.asked())
	if last {
		onward = here.Render(gHere + " Continue")
	}
	tail := []string{"", m.verdict(), onward + dim.Render("  to install, or to write files only")}
	room := max(1, height-len(tail))
	lines, from, to := m.reviewLines(width, true)
	if len(lines) > room {
		lines, from, to = m.reviewLines(width, false)
	}
	if last {
		from, to = len(lines)-1, len(lines)
	}
	return append(scroll(lines, from, to, room), tail...)
}

// stepLines are the pages with how they stand: here, answered, open, wrong.
// Where one is stays in sight.
func (m *model) stepLines(height int) []string {
	var lines []string
	at := 0
	width := stepsWidth - 4
	for _, p := range m.pages() {
		mark := m.standing(p)
		if m.screen == asking && p.ID == m.page {
			at = len(lines)
			lines = append(lines, here.Render(cut(gHere+" "+p.Title, width)))
			continue
		}
		lines = append(lines, cut(mark+" "+p.Title, width))
	}
	if len(lines)+3 <= height { // Two more steps; the gap before them is only for the eye.
		lines = append(lines, "")
	}
	for _, s := range []struct {
		screen screen
		title  string
	}{{reviewing, "Review"}, {confirming, "Install"}} {
		if m.screen == s.screen {
			at = len(lines)
			lines = append(lines, here.Render(gHere+" "+s.title))
		} else {
			lines = append(lines, dim.Render("  "+s.title))
		}
	}
	return scroll(lines, at, at+1, height)
}

// standing is how the answers of a page stand.
func (m *model) standing(p question.Page) string {
	touched := m.visited[p.ID]
	for _, q := range m.on(p.ID) {
		if m.missing(q) {
			return warn.Render(gOpen)
		}
		if m.fault(q) != "" {
			return bad.Render(gWarn)
		}
		o := m.answers.Origin(q.Key)
		touched = touched || o == question.FromYou || o == question.FromFile || o == question.FromFlag
	}
	if touched {
		return good.Render(gDone)
	}
	return " "
}

// scrolled is a panel over the full width that can be scrolled.
func (m *model) scrolled(title string, lines []string, height int) []string {
	inner := height - 2
	m.offset = min(m.offset, max(0, len(lines)-inner))
	shown := lines[m.offset:]
	if len(shown) > inner {
		shown = append(append([]string(nil), shown[:inner-1]...), dim.Render(gMore+" more below"))
	}
	return panel(title, shown, m.width, height)
}

func (m *model) workingBody(height int) []string {
	title := "Installing onto " + m.answers.Spec.Cluster.Context
	if m.stopping {
		title = "Stopping"
	}
	log := 0
	if m.logging {
		log = height / 2
	}
	inner := height - log - 2
	width := min(readable+20, m.width-4)
	lines, from, to := m.work.view(width, m.now)
	if len(lines) == 0 {
		lines = []string{dim.Render("looking at what is there …")}
		from, to = 0, 1
	}
	if n := len(m.work.steps); n > 0 && inner > 6 {
		head := []string{bar(int64(m.work.ended()), int64(n), 20) + dim.Render(fmt.Sprintf("  %d of %d steps", m.work.ended(), n)), ""}
		lines = slices.Concat(head, scroll(lines, from, to, inner-2))
	} else {
		lines = scroll(lines, from, to, inner)
	}
	out := panel(title, lines, m.width, height-log)
	if log > 0 {
		out = append(out, m.logPanel(log)...)
	}
	return out
}

// logPanel is the end of the log, or an earlier part of it.
func (m *model) logPanel(height int) []string {
	inner := height - 2
	m.offset = min(m.offset, max(0, len(m.work.log)-inner))
	end := len(m.work.log) - m.offset
	return panel("log", render(dim, m.work.log[max(0, end-inner):end]), m.width, height)
}

func (m *model) endBody(title string, lines []string, height int) []string {
	if m.logging {
		return m.logPanel(height)
	}
	return m.scrolled(title, lines, height)
}

// statusLine is what just happened, or what happens meanwhile.
func (m *model) statusLine() string {
	switch {
	case m.note != "":
		style := dim
		if strings.HasPrefix(m.note, gWarn) {
			style = warn
		}
		return " " + style.Render(cut(m.note, m.width-2))
	case m.stopping:
		return " " + warn.Render(cut("Stopping: waiting for what is in flight. ctrl+c again leaves at once.", m.width-2))
	case m.leaving:
		return " " + dim.Render("saving …")
	}
	return " " + dim.Render(cut(m.corner(), m.width-2))
}
