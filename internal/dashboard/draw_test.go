package dashboard_test

import (
	"fmt"
	"html/template"
	"math"
	"os"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/dashboard"
)

type drawnBoard struct {
	dashboard.Board
	sections []drawnSection
}

type drawnSection struct {
	title  string
	panels []drawn
}

// draw writes all boards as one page, so that people see what Grafana would
// show: titles, meanings, lines, legends, and panels that are empty.
func draw(path string, boards []drawnBoard, start, end time.Time) error {
	var page strings.Builder
	page.WriteString(`<!doctype html><meta charset="utf-8"><title>Dashboards</title><style>
body{background:#111217;color:#ccccdc;font:13px sans-serif;margin:1.5em}h1{margin:1.5em 0 0}h2{font-size:14px;margin:1em 0 .3em}
.row{display:grid;grid-template-columns:repeat(24,1fr);gap:8px}.panel{min-width:0;background:#181b1f;border:1px solid #2c2f34;padding:8px}
.panel b{display:block}.panel small{color:#8e8e9a}.number{font-size:26px;color:#73bf69}.empty{color:#f2495c}svg{width:100%;height:150px}
.legend span{margin-right:1em;white-space:nowrap}</style>`)
	for _, b := range boards {
		fmt.Fprintf(&page, "<h1 id=%q>%s</h1><p>%s</p>", b.ID, template.HTMLEscapeString(b.Title), template.HTMLEscapeString(b.About))
		for _, s := range b.sections {
			fmt.Fprintf(&page, "<h2>%s</h2><div class=row>", template.HTMLEscapeString(s.title))
			for _, p := range s.panels {
				p.draw(&page, start, end)
			}
			page.WriteString("</div>")
		}
	}
	return os.WriteFile(path, []byte(page.String()), 0o600)
}

// colours are enough for the lines of a small platform; further ones repeat.
func colour(i int) string {
	return []string{"#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#b877d9", "#5794f2", "#96d98d"}[i%8]
}

func (p drawn) draw(page *strings.Builder, start, end time.Time) {
	span := 12
	if p.Kind == dashboard.Number {
		span = 6
	}
	fmt.Fprintf(page, `<div class=panel style="grid-column:span %d"><b>%s</b><small>%s</small>`, span, template.HTMLEscapeString(p.Title), template.HTMLEscapeString(p.About))
	defer page.WriteString("</div>")
	if len(p.lines) == 0 {
		fmt.Fprintf(page, "<p class=empty>no data (%s)</p>", p.Source)
		return
	}
	if p.Kind == dashboard.Number {
		for _, l := range p.lines {
			fmt.Fprintf(page, "<div class=number>%s <small>%s</small></div>", amount(l.points[len(l.points)-1].value, p.Unit), template.HTMLEscapeString(l.name))
		}
		return
	}
	top := 0.0
	for _, l := range p.lines {
		for _, v := range l.points {
			if !math.IsNaN(v.value) {
				top = max(top, v.value)
			}
		}
	}
	const width, height = 600.0, 140.0
	fmt.Fprintf(page, `<svg viewBox="0 0 %g %g" preserveAspectRatio="none"><text x="2" y="12" fill="#8e8e9a" font-size="11">%s</text>`, width, height+10, amount(top, p.Unit))
	for i, l := range p.lines {
		fmt.Fprintf(page, `<polyline fill="none" stroke=%q stroke-width="1.5" points="`, colour(i))
		for _, v := range l.points {
			if !math.IsNaN(v.value) {
				x := (v.at - float64(start.Unix())) / end.Sub(start).Seconds() * width
				fmt.Fprintf(page, "%.1f,%.1f ", x, height-v.value/max(top, 1e-9)*(height-20))
			}
		}
		page.WriteString(`"/>`)
	}
	page.WriteString("</svg><div class=legend>")
	for i, l := range p.lines {
		fmt.Fprintf(page, "<span style='color:%s'>%s: %s</span> ", colour(i), template.HTMLEscapeString(l.name), amount(l.points[len(l.points)-1].value, p.Unit))
	}
	page.WriteString("</div>")
}

// amount is a number as Grafana writes it in a unit.
func amount(v float64, unit string) string {
	switch unit {
	case "percentunit":
		return fmt.Sprintf("%.3g %%", v*100)
	case "bytes", "Bps":
		suffix := map[string]string{"bytes": "", "Bps": "/s"}[unit]
		for _, u := range []string{"B", "KiB", "MiB"} {
			if math.Abs(v) < 1024 {
				return fmt.Sprintf("%.3g %s%s", v, u, suffix)
			}
			v /= 1024
		}
		return fmt.Sprintf("%.3g GiB%s", v, suffix)
	case "currencyUSD":
		return fmt.Sprintf("$%.4f", v)
	case "s":
		return fmt.Sprintf("%.3g s", v)
	}
	return fmt.Sprintf("%.4g", v)
}
