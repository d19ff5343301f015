package wizard

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Styles have meanings, not colours: a page says what a thing is. The colours
// read well on dark and on light, so the terminal is never asked which it is.
// Nothing is said by colour alone; see the glyphs.
var (
	accent = lipgloss.NewStyle().Foreground(lipgloss.Color("#E8702A")) // the product, and where you are
	strong = lipgloss.NewStyle().Bold(true)
	dim    = lipgloss.NewStyle().Foreground(lipgloss.Color("#8A8A8A"))
	good   = lipgloss.NewStyle().Foreground(lipgloss.Color("#3FA45B"))
	warn   = lipgloss.NewStyle().Foreground(lipgloss.Color("#C8962A"))
	bad    = lipgloss.NewStyle().Foreground(lipgloss.Color("#D9534F"))
	here   = accent.Bold(true) // the line that has the keyboard
	shout  = bad.Bold(true)
)

// Glyphs say by shape what the colours repeat. All are one column wide.
const (
	gHere    = "▸"
	gDone    = "✓"
	gOpen    = "○"
	gChosen  = "●"
	gWarn    = "!"
	gFail    = "✗"
	gAbsent  = "–"
	gBusy    = "◐"
	gWait    = "·"
	gSame    = "="
	gFull    = "▇"
	gRest    = "░"
	gMore    = "⋮"
	ellipsis = "…"
)

// plainLetters replaces what a terminal without Unicode cannot show by
// something of the same width.
var plainLetters = strings.NewReplacer(
	gHere, ">", gDone, "+", gOpen, "o", gChosen, "*", gFail, "x", gAbsent, "-", gBusy, "~", gWait, ".",
	gFull, "#", gRest, ".", gMore, ":", ellipsis, "~", "·", ".",
	"╭", "+", "╮", "+", "╰", "+", "╯", "+", "─", "-", "│", "|", "↑", "^", "↓", "v", "→", ">", "←", "<",
)

// cut shortens a line to a width, with a mark where something is missing.
func cut(line string, width int) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(line, width, ellipsis)
}

// pad fills a line with spaces, or cuts it, to exactly a width.
func pad(line string, width int) string {
	line = cut(line, width)
	return line + strings.Repeat(" ", max(0, width-ansi.StringWidth(line)))
}

// wrap breaks text between words into lines of at most a width. A dash does
// not end a word: names and flags are full of them.
func wrap(text string, width int) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	const firm = "\u2011" // a dash that does not break
	text = ansi.Wrap(strings.ReplaceAll(text, "-", firm), max(1, width), "")
	return strings.Split(strings.ReplaceAll(text, firm, "-"), "\n")
}

// render styles each line on its own, so that a line can be cut or joined
// later without its neighbours' style.
func render(style lipgloss.Style, lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = style.Render(line)
	}
	return out
}

// indent puts a lead before the first line and as many spaces before the rest.
func indent(lead string, lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = lead + line
		lead = strings.Repeat(" ", ansi.StringWidth(lead))
	}
	return out
}

// sides puts one text at each end of a line; the right one goes first when
// both do not fit.
func sides(left, right string, width int) string {
	gap := width - ansi.StringWidth(left) - ansi.StringWidth(right)
	if gap < 2 {
		return pad(left, width)
	}
	return left + strings.Repeat(" ", gap) + right
}

// panel draws a frame of exactly width × height around lines. Whatever does
// not fit is cut; the pages see to it that nothing important is.
func panel(title string, lines []string, width, height int) []string {
	inner := width - 4
	head := "╭ " + cut(title, inner) + " "
	out := []string{dim.Render("╭ ") + strong.Render(cut(title, inner)) + dim.Render(" "+strings.Repeat("─", max(0, width-1-ansi.StringWidth(head)))+"╮")}
	bar := dim.Render("│")
	for i := range max(0, height-2) {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out = append(out, bar+" "+pad(line, inner)+" "+bar)
	}
	return append(out, dim.Render("╰"+strings.Repeat("─", max(0, width-2))+"╯"))
}

// beside joins blocks of the same height.
func beside(blocks ...[]string) []string {
	var out []string
	for _, block := range blocks {
		for i, line := range block {
			if i == len(out) {
				out = append(out, "")
			}
			out[i] += line
		}
	}
	return out
}

// scroll is the part of lines, at most height of them, that holds the lines
// from…to. Marks at the ends say that there is more.
func scroll(lines []string, from, to, height int) []string {
	if len(lines) <= height || height <= 0 {
		return lines
	}
	// The middle of what matters goes to the middle of the window.
	top := min(max(0, (from+to-height)/2), len(lines)-height)
	if to-from <= height {
		top = min(max(top, to-height), from)
	} else {
		top = min(from, len(lines)-height)
	}
	part := append([]string(nil), lines[top:top+height]...)
	if top > 0 && from > top {
		part[0] = dim.Render("  " + gMore)
	}
	if rest := top + height; rest < len(lines) && to < rest {
		part[height-1] = dim.Render("  " + gMore)
	}
	return part
}

// bar shows used of total in width cells.
func bar(used, total int64, width int) string {
	width = max(0, width)
	full := 0
	switch {
	case used > total:
		full = width
	case total > 0:
		full = int((used*int64(width) + total/2) / total)
	}
	style := good
	switch {
	case used > total:
		style = bad
	case used*10 > total*8:
		style = warn
	}
	return style.Render(strings.Repeat(gFull, full)) + dim.Render(strings.Repeat(gRest, width-full))
}
