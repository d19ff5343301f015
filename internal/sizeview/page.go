package sizeview

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

//go:embed page.html
var pageHTML string

// Page writes the document as one page of HTML that needs nothing else: no
// script, no font, no picture from anywhere. html/template escapes every word;
// a policy in the page forbids scripts on top.
func Page(w io.Writer, d Document, today string) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"span": sizing.Span, "money": sizing.Money, "size": sizing.Size, "gibs": gibs, "disk": disk,
		"ms":      func(n int64) string { return sizing.Span(float64(n) / 1000) },
		"percent": func(n float64) string { return fmt.Sprintf("%.0f %%", 100*n) },
		"of":      share, "count": count,
		"join":  func(all []string) string { return strings.Join(all, ", ") },
		"clean": func(text string) string { return clean(text, 400) },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	view := page{Document: d, Title: title(d), Diff: properties(d), CostNote: costNote(d), Warned: slices.Concat(d.Warnings, priceAge(d, today)), Keys: slices.Sorted(maps.Keys(d.SparkConf))}
	if c, ok := curveOf(d); ok {
		view.Picture = picture(c)
	}
	if d.Observed != nil {
		view.Bars, view.BarsHeight = bars(d)
	}
	return t.Execute(w, view)
}

// page is a document with what only the page shows.
type page struct {
	Document

	Title, CostNote string
	Diff, Warned    []string
	Keys            []string
	Picture         *svg
	Bars            []bar
	BarsHeight      int
}

func title(d Document) string {
	if d.Observed != nil {
		if d.Observed.AppName != "" {
			return d.Observed.AppName
		}
		return d.Observed.AppID
	}
	return "Rightsizing of " + sizing.Dataset(d.Advice.Workload.DatasetBytes)
}

// svg is the curve as coordinates of a picture of plotW × plotH, axes outside.
type svg struct {
	Time, Cost, Band     string // path data
	ChosenX, TargetY     float64
	HasTarget, HasBand   bool
	Chosen               string
	XTicks, Left, Right  []tick
	W, H, FullW, FullH   float64
	TimeLabel, CostLabel string
}

type tick struct {
	At   float64
	Text string
}

const (
	plotW, plotH = 720.0, 320.0
)

func picture(c curve) *svg {
	fast, slow, dear := c.bounds()
	last := c.at[len(c.at)-1]
	x := func(n float64) float64 { return math.Log(max(1, n)) / math.Log(last) * plotW }
	y := func(s float64) float64 {
		return (1 - (math.Log(max(s, fast))-math.Log(fast))/(math.Log(slow)-math.Log(fast))) * plotH
	}
	money := func(d float64) float64 { return (1 - d/dear) * plotH }
	path := func(series []float64, to func(float64) float64) string {
		var b strings.Builder
		for i, v := range series {
			fmt.Fprintf(&b, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[i == 0], x(c.at[i]), to(v))
		}
		return b.String()
	}
	s := &svg{
		Time: path(c.time, y), Cost: path(c.cost, money), ChosenX: x(c.chosen), Chosen: fmt.Sprintf("%.0f", c.chosen),
		W: plotW, H: plotH, FullW: plotW + 150, FullH: plotH + 70,
	}
	if c.target > 0 {
		s.HasTarget, s.TargetY = true, y(c.target)
	}
	if c.fast != nil {
		s.HasBand = true
		s.Band = path(c.fast, y)
		for i, seconds := range slices.Backward(c.slow) {
			s.Band += fmt.Sprintf("L%.1f %.1f", x(c.at[i]), y(seconds))
		}
		s.Band += "Z"
	}
	s.XTicks = executorTicks(c, x)
	for _, seconds := range niceSeconds(fast, slow) {
		s.Left = append(s.Left, tick{y(seconds), sizing.Span(seconds)})
	}
	for i := range 5 {
		s.Right = append(s.Right, tick{money(dear * float64(i) / 4), sizing.Money(dear * float64(i) / 4)})
	}
	return s
}

// executorTicks are round numbers along the axis, far enough from each other.
func executorTicks(c curve, x func(float64) float64) []tick {
	var ticks []tick
	last := c.at[len(c.at)-1]
	for decade := 1.0; decade <= last; decade *= 10 {
		for _, n := range []float64{1, 2, 5} {
			at := x(n * decade)
			if n*decade <= last && (len(ticks) == 0 || at-ticks[len(ticks)-1].At > 30) {
				ticks = append(ticks, tick{at, fmt.Sprintf("%.0f", n*decade)})
			}
		}
	}
	return ticks
}

// niceSeconds are times that people name, between two.
func niceSeconds(fast, slow float64) []float64 {
	var out []float64
	for _, s := range []float64{1, 5, 15, 60, 120, 300, 900, 1800, 3600, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 3 * 24 * 3600, 14 * 24 * 3600, 90 * 24 * 3600} {
		if s >= fast && s <= slow {
			out = append(out, s)
		}
	}
	if len(out) < 3 { // Too few to read a curve by.
		out = []float64{fast, math.Sqrt(fast * slow), slow}
	}
	return out
}

// bar is one stage of the timeline, in pixels.
type bar struct {
	Stage

	X, Y, Width float64
	Trouble     bool
}

const rowHeight = 22

func bars(d Document) (all []bar, height int) {
	seconds := float64(d.Observed.DurationMs) / 1000
	if seconds <= 0 {
		return nil, 0
	}
	for i, s := range longest(d.Stages, 40) {
		b := bar{Stage: s, X: min(plotW, s.Start/seconds*plotW), Y: float64(i * rowHeight), Trouble: s.Failed > 0 || s.Spilled > 0}
		b.Width = max(1, min(plotW-b.X, (s.End-s.Start)/seconds*plotW))
		all = append(all, b)
	}
	return all, len(all)*rowHeight + 4
}
