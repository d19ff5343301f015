package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/compat"
)

// matrix is the whole table as data.
type matrix struct {
	Lines   []compat.Line    `json:"lines"`
	Refused []compat.Finding `json:"refused"`
}

func (a *app) writeMatrix(m matrix) {
	var rows [][]string
	for _, line := range m.Lines {
		spark := compat.Ranges(line.Spark)
		for _, cell := range line.With {
			name := cell.Component
			for _, g := range works(cell) {
				rows = append(rows, []string{spark, name, g[0], g[1]})
				spark, name = "", ""
			}
		}
	}
	a.console.Table([]string{"SPARK", "WITH", "VERSIONS", "ONLY FOR"}, rows)
	fmt.Fprintln(a.console.Out)
	for _, f := range m.Refused {
		fmt.Fprintf(a.console.Out, "%s: refused\n", pinRanges(f.Pins))
		fmt.Fprintf(a.console.Out, "  why     %s\n", f.Why)
		writeSources(a.console.Out, f, "  source  ")
	}
}

// works is a cell as pairs: versions, and the patches of Spark that they are
// bound to.
func works(cell compat.Cell) [][2]string {
	var pairs [][2]string
	for _, g := range cell.Works {
		pairs = append(pairs, [2]string{compat.Ranges(g.Versions), compat.Ranges(g.Only)})
	}
	if len(pairs) == 0 {
		pairs = append(pairs, [2]string{"none", ""})
	}
	return pairs
}

// pinRanges are pins of one component, such as hive 4.0.1, 4.1.0.
func pinRanges(pins []compat.Pin) string {
	var versions []string
	for _, p := range pins {
		versions = append(versions, p.Version)
	}
	return pins[0].Component + " " + compat.Ranges(versions)
}

func writeJudgement(w io.Writer, j compat.Judgement) {
	if j.Verdict == compat.Together {
		fmt.Fprintf(w, "%s go together\n", names(j.Pins))
	} else {
		fmt.Fprintf(w, "%s do not go together\n", names(j.Pins))
	}
	for _, f := range j.Conflicts {
		writeFinding(w, "✗", f)
	}
	if j.Verdict == compat.Together {
		for _, f := range j.Because {
			writeFinding(w, "✓", f)
		}
	}
	for _, f := range j.Advice {
		writeFinding(w, "!", f)
	}
	if len(j.Spark) > 0 {
		fmt.Fprintf(w, "\nThey go with Spark %s\n", compat.Ranges(j.Spark))
	}
	if len(j.Nearest) > 0 {
		fmt.Fprintf(w, "\nNearest that works: %s\n", words(j.Nearest))
	}
}

func writeFinding(w io.Writer, mark string, f compat.Finding) {
	rule := f.Rule
	if rule == "" {
		rule = names(f.Pins)
	}
	fmt.Fprintf(w, "\n%s %s\n  why     %s\n", mark, rule, f.Why)
	writeSources(w, f, "  source  ")
	fmt.Fprintf(w, "  seen    %s\n", f.Seen)
}

func writeSources(w io.Writer, f compat.Finding, lead string) {
	for _, source := range f.Sources() {
		fmt.Fprintf(w, "%s%s\n", lead, source)
		lead = strings.Repeat(" ", len(lead))
	}
}

// words are pins as they are typed.
func words(pins []compat.Pin) string {
	var all []string
	for _, p := range pins {
		all = append(all, p.String())
	}
	return strings.Join(all, " ")
}

// names are pins as they are read: spark@4.1.0 and rapids@26.10.0.
func names(pins []compat.Pin) string {
	all := strings.Fields(words(pins))
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}
