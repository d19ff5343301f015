package console

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Table writes rows in aligned columns on Out, two spaces apart. The heads are
// bold where Out can show it. A column whose head begins with > is aligned to
// the right.
func (c *Console) Table(heads []string, rows [][]string) {
	w := &colorprofile.Writer{Forward: c.Out, Profile: c.OutColour}
	bold := lipgloss.NewStyle().Bold(true)
	for i, line := range Columns(append([][]string{heads}, rows...)) {
		if i == 0 {
			line = bold.Render(line)
		}
		fmt.Fprintln(w, line)
	}
}

// Columns aligns cells: each column is as wide as its widest cell, and two
// spaces keep columns apart. Widths are those of the terminal, so styles and
// wide letters count as what they show. The first row is the head.
func Columns(rows [][]string) []string {
	var widths []int
	right := map[int]bool{}
	for y, row := range rows {
		for x, cell := range row {
			if y == 0 && strings.HasPrefix(cell, ">") {
				right[x] = true
				cell = cell[1:]
			}
			if x == len(widths) {
				widths = append(widths, 0)
			}
			widths[x] = max(widths[x], ansi.StringWidth(cell))
		}
	}
	var lines []string
	for y, row := range rows {
		var b strings.Builder
		for x, cell := range row {
			if y == 0 && right[x] {
				cell = cell[1:]
			}
			if x > 0 {
				b.WriteString("  ")
			}
			space := strings.Repeat(" ", widths[x]-ansi.StringWidth(cell))
			if right[x] {
				b.WriteString(space + cell)
			} else {
				b.WriteString(cell + space)
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}
