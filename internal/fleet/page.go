package fleet

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/sizeview"
)

//go:embed page.html
var pageHTML string

// Page writes the table as one page of HTML that needs nothing else.
func Page(w io.Writer, t Table) error {
	page, err := template.New("fleet").Funcs(template.FuncMap{
		"money": sizeview.Money, "clean": sizeview.Clean, "join": func(all []string) string { return strings.Join(all, ", ") },
		"ms":      func(n int64) string { return sizeview.Span(float64(n) / 1000) },
		"percent": func(n float64) string { return fmt.Sprintf("%.0f %%", 100*n) },
		// The worst waste fills the cell, the others their part of it.
		"part": func(r Row) string {
			if t.Apps[0].Wasted <= 0 {
				return "0"
			}
			return fmt.Sprintf("%.0f", 120*max(0, r.Wasted)/t.Apps[0].Wasted)
		},
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return page.Execute(w, t)
}
