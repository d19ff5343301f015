package wizard

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// build makes the fields of the page afresh, because answers or facts have
// changed. What is being typed or pointed at stays.
func (m *model) build() tea.Cmd {
	var old field
	if len(m.form.fields) > 0 {
		old = m.form.focused()
	}
	m.form.fields = nil
	for _, q := range m.on(m.page) {
		f := m.field(q)
		if old != nil && old.question().Key == q.Key {
			f = keep(old, f)
			m.form.at = len(m.form.fields)
		}
		m.form.fields = append(m.form.fields, f)
	}
	m.form.at = min(m.form.at, len(m.form.fields)-1)
	if old == m.form.focused() {
		return nil
	}
	return m.form.focused().focus()
}

// keep carries over what the user is in the middle of. A text that was not
// touched gives way to a new suggestion.
func keep(old, fresh field) field {
	switch was := old.(type) {
	case *choice:
		if now, ok := fresh.(*choice); ok && was.moved {
			now.moveTo(was.text())
			now.moved = true
		}
	case *line:
		if _, ok := fresh.(*line); ok && was.text() != was.first {
			return was
		}
	case *yesNo:
		if _, ok := fresh.(*yesNo); ok {
			return was
		}
	}
	return fresh
}

// field is the editor that suits a question.
func (m *model) field(q question.Question) field {
	present := q.Text(m.answers.Spec)
	answered := !m.missing(q)
	if q.Key == contextKey {
		if options := m.contextOptions(); options != nil {
			return newChoice(q, options, present, answered)
		}
	}
	if q.Options != nil {
		return newChoice(q, q.Options(m.cluster.facts), present, answered)
	}
	if _, ok := q.Field(&spec.Spec{}).(*bool); ok {
		return newYesNo(q, present == "true", answered)
	}
	if draft, ok := m.drafts[q.Key]; ok {
		present = draft
	}
	return newLine(q, present)
}

func (m *model) missing(q question.Question) bool {
	return q.Asked(m.answers.Spec) && !m.answers.Answered(q)
}

// fault is what is wrong with an answer, in words; empty when nothing is or
// when there is no answer yet.
func (m *model) fault(q question.Question) string {
	if draft, ok := m.drafts[q.Key]; ok {
		s := m.answers.Spec
		if err := q.Put(&s, draft); err != nil {
			return strings.TrimPrefix(err.Error(), q.Key+": ")
		}
	}
	if m.missing(q) && q.Text(m.answers.Spec) == "" {
		return ""
	}
	if err := q.Judge(m.answers.Spec, m.cluster.facts); err != nil {
		return strings.TrimPrefix(err.Error(), q.Key+": ")
	}
	return ""
}

// answer takes an answer over. One that a flag or a file gave and the user
// confirms keeps its origin.
func (m *model) answer(q question.Question, text string) {
	delete(m.drafts, q.Key)
	origin := m.answers.Origin(q.Key)
	same := text == q.Text(m.answers.Spec)
	if same && (!q.Required || (origin != question.FromDefault && origin != question.FromCluster)) {
		return
	}
	if err := m.answers.Set(q.Key, text, question.FromYou); err != nil {
		m.drafts[q.Key] = text
	}
}

// commit takes over what was typed or switched in the field that has the
// keyboard. An option that the pointer merely rests on is not an answer.
func (m *model) commit() {
	if m.screen != asking {
		return
	}
	switch f := m.form.focused().(type) {
	case *line:
		if text := strings.TrimSpace(f.text()); text != f.q.Text(m.answers.Spec) || m.drafts[f.q.Key] != "" {
			m.answer(f.q, text)
		}
	case *yesNo:
		if f.text() != f.q.Text(m.answers.Spec) {
			m.answer(f.q, f.text())
		}
	}
}

// object points at a wrong answer, the first time.
func (m *model) object(f field) bool {
	q := f.question()
	if m.fault(q) == "" {
		delete(m.warned, q.Key)
		return false
	}
	text, ok := m.drafts[q.Key]
	if !ok {
		text = q.Text(m.answers.Spec)
	}
	text = "=" + text // An empty answer is one too.
	if m.warned[q.Key] == text {
		return false
	}
	m.warned[q.Key] = text
	return true
}

// tentative is the spec with what the user points at or types, when it would
// do: the plan shows what an answer means before it is given.
func (m *model) tentative() spec.Spec {
	s := m.answers.Spec
	if m.screen != asking {
		return s
	}
	q := m.form.focused().question()
	try := s
	if q.Put(&try, m.form.focused().text()) != nil || q.Judge(try, m.cluster.facts) != nil {
		return s
	}
	return try
}
