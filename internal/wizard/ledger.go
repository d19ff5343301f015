package wizard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// ledger is what the events of a piece of work add up to: its steps in the
// order in which they were first heard of, and what was said.
type ledger struct {
	steps []*step
	log   []string
	start time.Time
}

// step is the latest of one step, with what earlier events said about it.
type step struct {
	progress.Event
	since time.Time // when it began to do something
}

// logLines is how much of the log is kept.
const logLines = 500

func (l *ledger) add(e progress.Event, now time.Time) {
	if e.Time.IsZero() {
		e.Time = now
	}
	if l.start.IsZero() {
		l.start = e.Time
	}
	i := slices.IndexFunc(l.steps, func(s *step) bool { return s.Step == e.Step })
	if i < 0 {
		i = len(l.steps)
		l.steps = append(l.steps, &step{since: e.Time})
	}
	s := l.steps[i]
	if s.State == progress.Waiting {
		s.since = e.Time
	}
	if e.Title == "" {
		e.Title = s.Title
	}
	if e.Expect == 0 {
		e.Expect = s.Expect
	}
	if e.Want == 0 && !e.State.Ended() {
		e.Ready, e.Want = s.Ready, s.Want
	}
	if e.Output == "" {
		e.Output = s.Output
	}
	s.Event = e
	l.write(s)
}

func (l *ledger) write(s *step) {
	text := fmt.Sprintf("%6s  %-9s  %s", console.Clock(s.Time.Sub(l.start)), s.State, s.title())
	if s.Reason != "" {
		text += ": " + oneLine(s.Reason)
	}
	if n := len(l.log); n > 0 && l.log[n-1][6:] == text[6:] {
		return
	}
	l.log = append(l.log, text)
	if len(l.log) > logLines {
		l.log = slices.Delete(l.log, 0, len(l.log)-logLines)
	}
}

func (l *ledger) ended() (n int) {
	for _, s := range l.steps {
		if s.State.Ended() {
			n++
		}
	}
	return n
}

func (l *ledger) in(states ...progress.State) []*step {
	var some []*step
	for _, s := range l.steps {
		if slices.Contains(states, s.State) {
			some = append(some, s)
		}
	}
	return some
}

func (s *step) title() string {
	if s.Title != "" {
		return s.Title
	}
	return s.Step
}

func glyph(s progress.State) string {
	switch s {
	case progress.Done:
		return gDone
	case progress.Same:
		return gSame
	case progress.Failed:
		return gFail
	case progress.Skipped:
		return gAbsent
	case progress.Running, progress.Settling:
		return gBusy
	default:
		return gWait
	}
}

func tone(s progress.State) lipgloss.Style {
	switch s {
	case progress.Done, progress.Same:
		return good
	case progress.Failed:
		return bad
	case progress.Running, progress.Settling:
		return accent
	default:
		return dim
	}
}

// view lists the steps in width columns. It returns the lines and the range
// that should stay visible: what is being worked on, or what failed.
func (l *ledger) view(width int, now time.Time) (lines []string, from, to int) {
	title, from := 0, -1
	for _, s := range l.steps {
		title = max(title, ansi.StringWidth(s.title()))
	}
	title = min(title, width/2)
	for _, s := range l.steps {
		at := len(lines)
		lines = append(lines, s.row(title, width, now))
		if s.Reason != "" && s.State != progress.Done && s.State != progress.Same {
			lines = append(lines, render(dim, indent("    ", firstLines(wrap(s.Reason, width-4), 3)))...)
		}
		if s.State == progress.Running || s.State == progress.Settling || s.State == progress.Failed {
			if from < 0 {
				from = at
			}
			to = len(lines)
		}
	}
	if from < 0 {
		from, to = max(0, len(lines)-1), len(lines)
	}
	return lines, from, to
}

// row is one step: glyph, title, state in a word, pods, and the clock with
// what it usually takes.
func (s *step) row(title, width int, now time.Time) string {
	state := string(s.State)
	if s.Want > 0 && !s.State.Ended() {
		state += fmt.Sprintf("  %d/%d ready", s.Ready, s.Want)
	}
	left := tone(s.State).Render(glyph(s.State)) + " " + pad(s.title(), title) + "  " + tone(s.State).Render(state)
	clock := ""
	switch {
	case s.Took >= time.Second:
		clock = console.Clock(s.Took)
	case s.State == progress.Running || s.State == progress.Settling:
		clock = console.Clock(now.Sub(s.since))
		if s.Expect > 0 {
			clock += " of ~" + console.Clock(s.Expect)
		}
	case s.State == progress.Waiting && s.Expect > 0:
		clock = "~" + console.Clock(s.Expect)
	}
	return sides(left, dim.Render(clock), width)
}

// firstLines keeps a text from taking the page: the rest is in the log.
func firstLines(lines []string, n int) []string {
	if len(lines) <= n {
		return lines
	}
	lines = append([]string(nil), lines[:n]...)
	lines[n-1] = strings.TrimRight(lines[n-1], " ") + " " + ellipsis
	return lines
}
