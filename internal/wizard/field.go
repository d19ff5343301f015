package wizard

import (
	"strconv"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"github.com/sparkwiz/sparkwiz/internal/question"
)

// field is one question on a page. It edits a text of its own; the answers
// change only when the page takes it over.
type field interface {
	question() question.Question
	text() string // as after --set
	shown() string
	typing() bool // letters belong to it
	focus() tea.Cmd
	update(tea.Msg) tea.Cmd
	view(width int) []string // while it has the keyboard
}

// line is free text or a number.
type line struct {
	q     question.Question
	first string // what it began with
	input *huh.Input
}

func newLine(q question.Question, text string) *line {
	return &line{q: q, first: text, input: huh.NewInput().Prompt("").Value(&text)}
}

func (l *line) question() question.Question { return l.q }
func (l *line) text() string                { return l.input.GetValue().(string) }
func (l *line) typing() bool                { return true }
func (l *line) focus() tea.Cmd              { return l.input.Focus() }

func (l *line) shown() string {
	if l.text() == "" {
		return gAbsent
	}
	return l.text()
}

func (l *line) update(msg tea.Msg) tea.Cmd {
	_, cmd := l.input.Update(msg)
	return cmd
}

func (l *line) view(width int) []string {
	l.input.WithTheme(theme(nil))
	l.input.WithWidth(width)
	return []string{l.input.View()}
}

// yesNo is a question without options whose answer is a boolean.
type yesNo struct {
	q        question.Question
	value    *bool
	answered bool
	confirm  *huh.Confirm
}

func newYesNo(q question.Question, value, answered bool) *yesNo {
	y := &yesNo{q: q, value: &value, answered: answered}
	y.confirm = huh.NewConfirm().Inline(true).Affirmative("Yes").Negative("No").Value(y.value)
	y.confirm.WithTheme(theme(&y.answered))
	y.confirm.WithKeyMap(huh.NewDefaultKeyMap())
	return y
}

func (y *yesNo) question() question.Question { return y.q }
func (y *yesNo) text() string                { return strconv.FormatBool(*y.value) }
func (y *yesNo) typing() bool                { return false }
func (y *yesNo) focus() tea.Cmd              { return y.confirm.Focus() }

func (y *yesNo) shown() string {
	if *y.value {
		return "Yes"
	}
	return "No"
}

// update lets the field change its value; that it also wants to move on is
// the page's business, so its command is dropped.
func (y *yesNo) update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "space" {
		*y.value = !*y.value
		return nil
	}
	y.confirm.Update(msg)
	return nil
}

func (y *yesNo) view(width int) []string {
	y.confirm.WithWidth(width)
	return []string{y.confirm.View()}
}

// theme dresses huh's fields. The chosen button is marked by a glyph too: a
// filled one once somebody has answered, a pointer before.
func theme(answered *bool) huh.Theme {
	return huh.ThemeFunc(func(bool) *huh.Styles {
		mark := func(glyph string, style lipgloss.Style) lipgloss.Style {
			return style.Transform(func(label string) string { return glyph + " " + label + "   " })
		}
		chosen, other := gHere, " "
		if answered != nil && *answered {
			chosen, other = gChosen, gOpen
		}
		var s huh.Styles
		s.Focused.TextInput.Text = strong
		s.Focused.FocusedButton = mark(chosen, here)
		s.Focused.BlurredButton = mark(other, lipgloss.NewStyle())
		s.Blurred = s.Focused
		return &s
	})
}
