package console

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// JSON is the observer that prints one event per line on Out.
func (c *Console) JSON() progress.Observer {
	var mu sync.Mutex
	encoder := json.NewEncoder(c.Out)
	encoder.SetEscapeHTML(false)
	return func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		// A reader that went away (| head) is noticed by the next command
		// that prints a result; progress alone is no reason to stop.
		_ = encoder.Encode(e)
	}
}

// Plain is the observer for pipes, logs and screen readers: one line per
// change of a step, nothing repainted. While nothing changes for the time
// given as beat, a line says what it still waits for. stop ends that.
func (c *Console) Plain(beat time.Duration) (observe progress.Observer, stop func()) {
	p := &plain{out: c.people(), start: time.Now(), last: map[string]progress.Event{}, since: map[string]time.Time{}, changed: make(chan struct{}, 1)}
	done := make(chan struct{})
	go p.heart(beat, done)
	return p.observe, sync.OnceFunc(func() { close(done) })
}

type plain struct {
	mu      sync.Mutex
	out     io.Writer
	start   time.Time
	order   []string
	last    map[string]progress.Event
	since   map[string]time.Time // when a step left its waiting
	changed chan struct{}
}

func (p *plain) observe(e progress.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, known := p.last[e.Step]
	if !known {
		p.order = append(p.order, e.Step)
	}
	if e.Title == "" {
		e.Title = old.Title
	}
	p.last[e.Step] = e
	if e.State != progress.Waiting && p.since[e.Step].IsZero() {
		p.since[e.Step] = time.Now()
	}
	if known && old.State == e.State && old.Reason == e.Reason && e.Output == "" {
		return
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
	p.line(e, words(e))
	for line := range strings.Lines(e.Output) {
		fmt.Fprintf(p.out, "        %s\n", strings.TrimRight(line, "\n"))
	}
	if e.Hint != "" && e.State == progress.Failed {
		fmt.Fprintf(p.out, "        try: %s\n", strings.ReplaceAll(e.Hint, "\n", "\n        try: "))
	}
}

func (p *plain) line(e progress.Event, what string) {
	title := e.Title
	if title == "" {
		title = e.Step
	}
	fmt.Fprintf(p.out, "%6s  %s: %s\n", Clock(time.Since(p.start)), title, what)
}

// words say an event without a glyph or a colour.
func words(e progress.Event) string {
	var parts []string
	parts = append(parts, string(e.State))
	if e.Want > 0 && !e.State.Ended() {
		parts = append(parts, fmt.Sprintf("%d of %d ready", e.Ready, e.Want))
	}
	if e.Expect > 0 && !e.State.Ended() {
		parts = append(parts, "about "+Clock(e.Expect)+" expected")
	}
	if e.Took > 0 {
		parts = append(parts, "in "+Clock(e.Took))
	}
	text := strings.Join(parts, ", ")
	if e.Reason != "" {
		text += ": " + strings.ReplaceAll(strings.TrimSpace(e.Reason), "\n", "\n        ")
	}
	return text
}

func (p *plain) heart(beat time.Duration, done <-chan struct{}) {
	timer := time.NewTimer(beat)
	defer timer.Stop()
	for {
		select {
		case <-done:
			return
		case <-p.changed:
		case <-timer.C:
			p.still()
		}
		timer.Reset(beat)
	}
}

func (p *plain) still() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, step := range p.order {
		e := p.last[step]
		if e.State == progress.Running || e.State == progress.Settling {
			p.line(e, "still "+words(e)+", since "+Clock(time.Since(p.since[step])))
		}
	}
}

// Clock writes a duration as people read a stopwatch: 0:07, 12:03, 1:02:03.
func Clock(d time.Duration) string {
	s := max(0, int(d.Round(time.Second)/time.Second))
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
