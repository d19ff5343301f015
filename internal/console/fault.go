package console

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Error prints what failed, and under it each command that may help. Errors
// that were joined are printed as a list, each with its own hints.
func (c *Console) Error(err error) {
	if err == nil {
		return
	}
	w := c.people()
	name := lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red).Render("sparkwiz:")
	heading, parts := split(err)
	if len(parts) == 0 {
		c.say(w, name+" ", err.Error())
		hints(w, "  ", fault.Hints(err))
		return
	}
	if heading == "" {
		heading = fmt.Sprintf("%d things are wrong", len(parts))
	}
	c.say(w, name+" ", heading)
	general := fault.Hints(err)
	for _, part := range parts {
		own := fault.Hints(part)
		c.say(w, "  • ", part.Error())
		hints(w, "    ", own)
		general = slices.DeleteFunc(general, func(h string) bool { return slices.Contains(own, h) })
	}
	hints(w, "  ", general)
}

// say writes text after a lead, wrapped to the console's width when a person
// looks at it, with the later lines indented like the first.
func (c *Console) say(w io.Writer, lead, text string) {
	indent := min(ansi.StringWidth(lead), 4)
	if c.ErrTTY {
		text = ansi.Wrap(text, max(20, c.Width-ansi.StringWidth(lead)), "")
	}
	fmt.Fprintln(w, lead+strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", indent)))
}

// hints are never wrapped: they are to be pasted.
func hints(w io.Writer, indent string, all []string) {
	try := lipgloss.NewStyle().Bold(true).Render("try:")
	for _, hint := range all {
		for line := range strings.Lines(hint) {
			fmt.Fprintln(w, indent+try+" "+strings.TrimRight(line, "\n"))
		}
	}
}

// split looks for joined errors under any number of wrappings. The heading is
// what the wrappings say, e.g. the file that holds the faults.
func split(err error) (heading string, parts []error) {
	for inner := err; inner != nil; {
		switch u := inner.(type) { //nolint:errorlint // this is the unwrapping itself
		case interface{ Unwrap() []error }:
			parts = flat(inner)
			if len(parts) < 2 {
				return "", nil
			}
			return strings.TrimSuffix(strings.TrimSuffix(err.Error(), inner.Error()), ": "), parts
		case interface{ Unwrap() error }:
			inner = u.Unwrap()
		default:
			return "", nil
		}
	}
	return "", nil
}

func flat(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, inner := range joined.Unwrap() {
		all = append(all, flat(inner)...)
	}
	return all
}

// Warn prints something that people should know before they go on.
func (c *Console) Warn(text string) {
	c.say(c.people(), lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Yellow).Render("!")+" ", text)
}
