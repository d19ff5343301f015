// Package sizing answers how many executors a job needs, how large they have to
// be and what they cost, before the job has ever run. Rates, constants and
// prices are rows with a source; the answer is a range, because nobody knows
// more than that before a run was measured. docs/rightsizing.md derives every
// formula.
package sizing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

const (
	mib = int64(1) << 20
	gib = int64(1) << 30
)

// ParseSize reads an amount of data in bytes: 1TB is 10^12, 1TiB is 2^40.
func ParseSize(text string) (int64, error) {
	n, err := humanize.ParseBytes(strings.TrimSpace(text))
	switch {
	case err != nil || strings.TrimSpace(text) == "":
		return 0, fmt.Errorf("%q is no size; want one such as 1TB, 500GiB or 750MB", text)
	case n == 0 || n > 1<<60:
		return 0, fmt.Errorf("%q: want more than nothing, and 1EiB at most", text)
	default:
		return int64(n), nil
	}
}

// ParseDuration reads a duration as Go writes it, in seconds.
func ParseDuration(text string) (float64, error) {
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		return 0, fmt.Errorf("%q is no duration; want one such as 15m, 90s or 1h30m", text)
	}
	if d < time.Second || d > 365*24*time.Hour {
		return 0, fmt.Errorf("%q: want at least a second, and a year at most", text)
	}
	return d.Seconds(), nil
}

// Days counts the days from one date to another, both as 2006-01-02.
func Days(from, to string) (int, error) {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return 0, fmt.Errorf("%q is no date; want one such as 2026-07-20", from)
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return 0, fmt.Errorf("%q is no date; want one such as 2026-07-20", to)
	}
	return int(b.Sub(a).Hours() / 24), nil
}

// Size writes bytes as people say them, in powers of 1024.
func Size(n int64) string { return humanize.IBytes(uint64(max(0, n))) }

// Dataset writes the size of a data set in the units it was probably given in:
// powers of 1000 when it is round in them.
func Dataset(n int64) string {
	if n >= 1e6 && n%1e6 == 0 {
		return humanize.Bytes(uint64(n))
	}
	return Size(n)
}

// Span writes seconds as people say them: 45s, 12m30s, 2h39m.
func Span(seconds float64) string {
	d := time.Duration(math.Round(seconds)) * time.Second
	switch {
	case d >= time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute && int(d.Seconds())%60 == 0:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
}

// Money writes US dollars: whole ones from a hundred on, cents below, and
// below ten cents two digits that say something.
func Money(dollars float64) string {
	switch {
	case dollars >= 100:
		return "$" + humanize.Comma(int64(math.Round(dollars)))
	case dollars > 0 && dollars < 0.0001:
		return "<$0.0001"
	case dollars > 0 && dollars < 0.1:
		return "$" + strconv.FormatFloat(dollars, 'f', 1-int(math.Floor(math.Log10(dollars))), 64)
	default:
		return "$" + strconv.FormatFloat(dollars, 'f', 2, 64)
	}
}
