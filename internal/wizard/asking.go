package wizard

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/question"
)

// form is the questions of one page that apply to the present answers.
type form struct {
	fields  []field
	at      int
	refusal []string // why the option under the cursor was not taken
}

func (f form) focused() field { return f.fields[f.at] }

// pages are those that have something to ask.
func (m *model) pages() []question.Page {
	return slices.DeleteFunc(question.Pages(), func(p question.Page) bool { return len(m.on(p.ID)) == 0 })
}

// on are the questions of a page that apply to the present answers.
func (m *model) on(page string) (rows []question.Question) {
	for _, q := range m.rows {
		if q.Page == page && q.Asked(m.answers.Spec) {
			rows = append(rows, q)
		}
	}
	return rows
}

// number is where the page stands among the pages.
func (m *model) number() int {
	return max(0, slices.IndexFunc(m.pages(), func(p question.Page) bool { return p.ID == m.page }))
}

func (m *model) here() question.Page { return m.pages()[m.number()] }

// openPage shows a page with the keyboard on a question; an empty key is the
// first one.
func (m *model) openPage(page, key string) tea.Cmd {
	m.screen, m.page, m.form, m.help = asking, page, form{}, helpIfRoom
	m.build()
	m.form.at = max(0, slices.IndexFunc(m.form.fields, func(f field) bool { return f.question().Key == key }))
	return m.form.focused().focus()
}

func (m *model) pressAsking(msg tea.KeyPressMsg) tea.Cmd {
	f := m.form.focused()
	m.form.refusal = nil
	key := msg.String()
	switch key {
	case "enter":
		return m.enter(f)
	case "tab":
		return m.forward()
	case "shift+tab":
		return m.backward(true)
	case "esc":
		m.commit()
		return m.back()
	case "up":
		if c, ok := f.(*choice); ok && c.move(-1) {
			return nil
		}
		return m.backward(false)
	case "down":
		if c, ok := f.(*choice); ok && c.move(+1) {
			return nil
		}
		if m.form.at == len(m.form.fields)-1 {
			return nil
		}
		return m.forward()
	case "ctrl+g":
		m.toggleHelp()
		return nil
	case "ctrl+r":
		return m.lookAgain()
	}
	if !f.typing() {
		switch key {
		case "?":
			m.toggleHelp()
			return nil
		case "p":
			m.reading, m.offset = true, 0
			return nil
		}
	}
	return f.update(msg)
}

// enter answers the question that has the keyboard and moves on.
func (m *model) enter(f field) tea.Cmd {
	q := f.question()
	switch f := f.(type) {
	case *choice:
		if len(f.options) == 0 {
			return nil
		}
		if o := f.option(); o.Absent != "" {
			m.form.refusal = f.refusal()
			return nil
		}
		m.answer(q, f.text())
		f.chosen = f.text()
	case *yesNo:
		m.answer(q, f.text())
		f.answered = true
	}
	return m.forward()
}

// forward goes to the next question, and from the last one to the next page.
// A wrong answer is pointed out once; insisting leaves it for later, since the
// review will not let it pass.
func (m *model) forward() tea.Cmd {
	m.commit()
	f := m.form.focused()
	if m.object(f) {
		return nil
	}
	look := m.follow()
	m.build()
	if m.form.at < len(m.form.fields)-1 {
		return tea.Batch(look, m.focus(m.form.at+1))
	}
	for i, f := range m.form.fields {
		if m.object(f) {
			return tea.Batch(look, m.focus(i))
		}
	}
	return tea.Batch(look, m.leavePage())
}

// backward goes to the question before, wrong answers or not.
func (m *model) backward(across bool) tea.Cmd {
	m.commit()
	if m.form.at > 0 {
		look := m.follow()
		at := m.form.at - 1
		m.build()
		return tea.Batch(look, m.focus(at))
	}
	if across {
		return m.back()
	}
	return nil
}

func (m *model) focus(at int) tea.Cmd {
	m.form.at = at
	// A fresh editor: huh's fields keep the focus state they were left in.
	m.form.fields[at] = m.field(m.form.fields[at].question())
	return m.form.focused().focus()
}

func (m *model) leavePage() tea.Cmd {
	m.visited[m.page] = true
	pages, n := m.pages(), m.number()
	if m.jumped || n == len(pages)-1 {
		m.openReview()
		return nil
	}
	return m.openPage(pages[n+1].ID, "")
}

// back goes to the page before. Nothing is lost and nothing holds it up.
func (m *model) back() tea.Cmd {
	look := m.follow()
	switch {
	case m.jumped:
		m.openReview()
	case m.number() > 0:
		return tea.Batch(look, m.openPage(m.pages()[m.number()-1].ID, ""))
	default:
		m.note = "This is the first page; ctrl+c saves the answers and leaves."
	}
	return look
}

func (m *model) toggleHelp() {
	if m.helpVisible() {
		m.help = helpHidden
	} else {
		m.help = helpShown
	}
}
