package sizeview

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// curve is time and cost over the number of executors, ready to be drawn.
type curve struct {
	at         []float64 // executors, rising
	time       []float64 // seconds
	fast, slow []float64 // the good and the bad day; nil: not known
	cost       []float64 // dollars
	chosen     float64   // executors
	target     float64   // seconds, 0: none
}

// curveOf is the curve of a document; ok is false when it has none.
func curveOf(d Document) (c curve, ok bool) {
	c.chosen = float64(d.Recommendation.Executors.Central)
	if d.Advice != nil {
		c.target = d.Advice.Workload.TargetSeconds
		for _, p := range d.Advice.Curve {
			c.add(p.Executors, p.Seconds.Central, p.OnDemand)
			c.fast, c.slow = append(c.fast, p.Seconds.Low), append(c.slow, p.Seconds.High)
		}
		return c, len(c.at) > 1
	}
	if d.Replay == nil {
		return c, false
	}
	perCore := 0.0
	for _, p := range d.Replay.Curve {
		if s := p.CoreSeconds + float64(p.Ms)/1000; p.Executors == d.Recommendation.Executors.Central && s > 0 {
			perCore = d.Cost.OnDemand.Central / s
		}
	}
	for _, p := range d.Replay.Curve {
		c.add(p.Executors, float64(p.Ms)/1000, (p.CoreSeconds+float64(p.Ms)/1000)*perCore)
	}
	return c, len(c.at) > 1
}

func (c *curve) add(executors int, seconds, dollars float64) {
	c.at, c.time, c.cost = append(c.at, float64(executors)), append(c.time, seconds), append(c.cost, dollars)
}

// read is the value of a series at a number of executors, between its points.
func (c curve) read(series []float64, n float64) float64 {
	for i := 1; i < len(c.at); i++ {
		if n <= c.at[i] {
			share := (math.Log(n) - math.Log(c.at[i-1])) / (math.Log(c.at[i]) - math.Log(c.at[i-1]))
			return series[i-1] + max(0, min(1, share))*(series[i]-series[i-1])
		}
	}
	return series[len(series)-1]
}

// bounds are the least and the most seconds, and the most dollars.
func (c curve) bounds() (fast, slow, dear float64) {
	fast, slow = math.Inf(1), 0
	for _, series := range [][]float64{c.time, c.fast, c.slow} {
		for _, s := range series {
			fast, slow = min(fast, s), max(slow, s)
		}
	}
	if c.target > 0 {
		fast, slow = min(fast, c.target), max(slow, c.target)
	}
	for _, d := range c.cost {
		dear = max(dear, d)
	}
	return max(fast, 0.001), max(slow, fast*1.01, 0.002), max(dear, 0.01)
}

const (
	leftAxis, rightAxis = 8, 9
	plotHeight          = 13
)

// plot draws the curve with letters: time to the left in a logarithmic scale,
// cost to the right from nothing up.
func plot(c curve, width int) []string {
	inner := max(20, width-leftAxis-rightAxis)
	fast, slow, dear := c.bounds()
	rowOf := func(seconds float64) int {
		share := (math.Log(max(seconds, fast)) - math.Log(fast)) / (math.Log(slow) - math.Log(fast))
		return int(math.Round((1 - share) * (plotHeight - 1)))
	}
	costRow := func(dollars float64) int { return int(math.Round((1 - dollars/dear) * (plotHeight - 1))) }
	last := c.at[len(c.at)-1]
	executors := func(col int) float64 { return math.Exp(float64(col) / float64(inner-1) * math.Log(last)) }
	colOf := func(n float64) int { return int(math.Round(math.Log(max(1, n)) / math.Log(last) * float64(inner-1))) }
	grid := make([][]rune, plotHeight)
	for y := range grid {
		grid[y] = []rune(strings.Repeat(" ", inner))
	}
	if c.target > 0 {
		y := rowOf(c.target)
		for x := range inner {
			grid[y][x] = '┄'
		}
	}
	at := min(inner-1, colOf(c.chosen))
	for y := range grid {
		grid[y][at] = '┊'
	}
	for x := range inner {
		n := executors(x)
		if c.fast != nil {
			for y := rowOf(c.read(c.slow, n)); y <= rowOf(c.read(c.fast, n)); y++ {
				if grid[y][x] == ' ' {
					grid[y][x] = '░'
				}
			}
		}
		grid[costRow(c.read(c.cost, n))][x] = '$'
		grid[rowOf(c.read(c.time, n))][x] = '●'
	}
	return axes(grid, c, inner, at, rowOf)
}

// axes puts labels around the picture: where the curve begins, ends, and the
// target.
func axes(grid [][]rune, c curve, inner, at int, rowOf func(float64) int) []string {
	fast, slow, dear := c.bounds()
	left := map[int]string{0: sizing.Span(slow), plotHeight - 1: sizing.Span(fast)}
	if c.target > 0 {
		left[rowOf(c.target)] = sizing.Span(c.target)
	}
	right := map[int]string{0: sizing.Money(dear), plotHeight - 1: "$0"}
	var lines []string
	for y, row := range grid {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%*s │%s│ %s", leftAxis-2, left[y], string(row), right[y]), " "))
	}
	lines = append(lines, fmt.Sprintf("%*s └%s┘", leftAxis-2, "", strings.Repeat("─", inner)))
	foot := []rune(strings.Repeat(" ", inner+rightAxis))
	put := func(x int, text string) {
		for i, r := range text {
			if x+i >= 0 && x+i < len(foot) {
				foot[x+i] = r
			}
		}
	}
	most, chosen := fmt.Sprintf("%.0f", c.at[len(c.at)-1]), fmt.Sprintf("%.0f", c.chosen)
	put(0, "1")
	put(inner-len(most), most)
	x := max(2, min(at-len(chosen)/2, inner-len(chosen)))
	if at < inner-1 && x+len(chosen) >= inner-len(most) {
		x = inner - len(most) - len(chosen) - 1
	}
	put(x, chosen)
	legend := "● time   $ cost on demand"
	if c.fast != nil {
		legend += "   ░ between a good and a bad day"
	}
	if c.target > 0 {
		legend += "   ┄ target"
	}
	return append(lines, strings.TrimRight(strings.Repeat(" ", leftAxis)+string(foot), " ")+" executors", strings.Repeat(" ", leftAxis)+legend)
}

// timeline draws the longest stages over the time of the application.
func timeline(stages []Stage, seconds float64, width, most int) []string {
	shown := longest(stages, most)
	if len(shown) == 0 || seconds <= 0 {
		return nil
	}
	const label = 34
	inner := max(20, width-label-2)
	var lines []string
	for _, s := range shown {
		from := int(s.Start / seconds * float64(inner))
		from = max(0, min(from, inner-1))
		to := max(from+1, min(inner, int(math.Ceil(s.End/seconds*float64(inner)))))
		name := fmt.Sprintf("%4d %s", s.ID, clean(s.Name, 60))
		bar := strings.Repeat(" ", from) + strings.Repeat("▇", to-from)
		lines = append(lines, fmt.Sprintf("%s %7s %s", padTo(name, label-9), sizing.Span(s.End-s.Start), bar))
	}
	if rest := len(stages) - len(shown); rest > 0 {
		lines = append(lines, fmt.Sprintf("     and %d shorter ones", rest))
	}
	return lines
}

// longest are the stages that took most, in the order of their start.
func longest(stages []Stage, most int) []Stage {
	if len(stages) <= most {
		return stages
	}
	spans := make([]float64, len(stages))
	for i, s := range stages {
		spans[i] = s.End - s.Start
	}
	limit := kth(spans, most)
	var out []Stage
	for _, s := range stages {
		if s.End-s.Start >= limit && len(out) < most {
			out = append(out, s)
		}
	}
	return out
}

// padTo fills or cuts to a width in runes.
func padTo(text string, width int) string {
	n := utf8.RuneCountInString(text)
	if n <= width {
		return text + strings.Repeat(" ", width-n)
	}
	return string([]rune(text)[:width-1]) + "…"
}

// sample thins a curve out for a picture or a table: at most n points, the
// first, the last and the one with keep executors among them.
func sample(points []replay.Point, n, keep int) []replay.Point {
	if len(points) <= n {
		return points
	}
	var out []replay.Point
	next := 0.0
	for i, p := range points {
		if float64(i) >= next || p.Executors == keep || i == len(points)-1 {
			out = append(out, p)
			next = max(float64(i)+1, next*math.Pow(float64(len(points)), 1/float64(n-2)))
		}
	}
	return out
}
