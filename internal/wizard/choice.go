package wizard

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/question"
)

// window is how many options are visible at a time.
const window = 8

// choice is one of several options. Those that cannot work here stay visible
// and say why; huh's own select can neither show nor refuse them, and it
// cannot show that nobody has chosen yet.
type choice struct {
	q       question.Question
	options []question.Option
	at      int    // the cursor
	moved   bool   // by the user
	chosen  string // empty until somebody has answered
	acts    bool   // the options are things to do, none of which is chosen already
}

// newChoice puts the cursor on the present answer.
func newChoice(q question.Question, options []question.Option, present string, answered bool) *choice {
	c := &choice{q: q, options: options}
	c.moveTo(present)
	if answered {
		c.chosen = present
	}
	return c
}

func (c *choice) moveTo(value string) {
	c.at = max(0, slices.IndexFunc(c.options, func(o question.Option) bool { return o.Value == value }))
}

func (c *choice) question() question.Question { return c.q }
func (c *choice) typing() bool                { return false }
func (c *choice) focus() tea.Cmd              { return nil }
func (c *choice) text() string                { return c.option().Value }
func (c *choice) shown() string               { return c.option().Label }

func (c *choice) option() question.Option {
	if c.at >= len(c.options) {
		return question.Option{}
	}
	return c.options[c.at]
}

// move goes up or down and reports whether there was anywhere to go.
func (c *choice) move(by int) bool {
	to := c.at + by
	if to < 0 || to >= len(c.options) {
		return false
	}
	c.at, c.moved = to, true
	return true
}

func (c *choice) update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "home":
			c.at = 0
		case "end":
			c.at = len(c.options) - 1
		}
	}
	return nil
}

// top is the first option that is visible.
func (c *choice) top() int {
	return min(max(0, c.at-window/2), max(0, len(c.options)-window))
}

// cursorLine is the line of the view that the cursor is on.
func (c *choice) cursorLine() int {
	if c.top() > 0 {
		return c.at - c.top() + 1
	}
	return c.at
}

func (c *choice) view(width int) []string {
	top := c.top()
	shown := c.options[top:min(len(c.options), top+window)]
	label := 0
	for _, o := range c.options {
		label = max(label, ansi.StringWidth(o.Label))
	}
	label = min(label, width-4)
	note := width - 4 - label - 2
	var lines []string
	if top > 0 {
		lines = append(lines, dim.Render(fmt.Sprintf("    ↑ %d more", top)))
	}
	for i, o := range shown {
		lines = append(lines, c.row(o, top+i == c.at, label, note))
	}
	if below := len(c.options) - top - len(shown); below > 0 {
		lines = append(lines, dim.Render(fmt.Sprintf("    ↓ %d more", below)))
	}
	return append(lines, c.detail(width, note)...)
}

func (c *choice) row(o question.Option, at bool, label, note int) string {
	cursor, mark, style := "  ", gOpen, lipgloss.NewStyle()
	switch {
	case o.Absent != "":
		mark, style = gAbsent, dim
	case c.acts:
		mark = " "
	case o.Value == c.chosen:
		mark = gChosen
	}
	if at {
		cursor, style = here.Render(gHere)+" ", here
	}
	line := cursor + style.Render(mark+" "+pad(o.Label, label))
	if said := remark(o); said != "" && note >= 12 {
		line += "  " + dim.Render(cut(said, note))
	}
	return line
}

// remark is what stands beside an option.
func remark(o question.Option) string {
	if o.Absent != "" {
		return o.Absent
	}
	return o.Note
}

// detail says in full what did not fit beside the option under the cursor.
func (c *choice) detail(width, note int) []string {
	o := c.option()
	all := []string{}
	if o.Absent != "" {
		all = append(all, o.Absent)
	}
	if o.Note != "" {
		all = append(all, o.Note)
	}
	text := strings.Join(all, " · ")
	if text == "" || (len(all) == 1 && note >= 12 && ansi.StringWidth(text) <= note) {
		return nil
	}
	return render(dim, indent("      ", wrap(text, width-6)))
}

// refusal says what to do when the option under the cursor cannot be taken;
// why it cannot stands beside it. A hint that names another answer to the same
// question is said by that answer's label.
func (c *choice) refusal() []string {
	o := c.option()
	if o.Absent == "" {
		return nil
	}
	lines := []string{gWarn + " " + o.Label + " cannot be chosen here"}
	value, isAnswer := strings.CutPrefix(o.Hint, "--set "+c.q.Key+"=")
	if i := slices.IndexFunc(c.options, func(o question.Option) bool { return o.Value == value }); isAnswer && i >= 0 {
		lines[0] += "; for now take: " + c.options[i].Label
	} else if o.Hint != "" {
		lines = append(lines, "  try: "+o.Hint)
	}
	return lines
}
