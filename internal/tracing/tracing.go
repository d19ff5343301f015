// Package tracing reads event logs, finished ones and those that are still being written, and sends what they tell as spans.
//
// Every span arrives at least once: how much of a log has arrived is kept after it did, and whoever goes on from there sends
// at most a little of it again. As the ids of spans depend on the log alone, that adds nothing.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"time"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
)

// Sent is what became of one log.
type Sent struct {
	Log         string `json:"log"`
	Application string `json:"application"` // its ID
	Trace       string `json:"trace"`       // ID of the trace with the application's span
	Spans       int    `json:"spans"`
	Ended       bool   `json:"ended"` // the log tells the application's end
}

// Once sends every log of a source, and what is unfinished in it as incomplete. Logs that cannot be read are reported together,
// and the others arrive; a target that takes nothing ends it.
func Once(ctx context.Context, from Source, to *Target, unit otlp.Unit, report func(Sent)) error {
	logs, err := from.Logs(ctx)
	if err != nil {
		return err
	}
	if len(logs) == 0 {
		return fault.New(fault.Usage, "there are no event logs", "spark.eventLog.enabled=true makes Spark write them")
	}
	files, send := from.FS(ctx), sender(ctx, to)
	var faults []error
	for _, l := range logs {
		s := newStream(unit, 0)
		err := s.read(ctx, files, l, send)
		if err == nil {
			s.close()
			err = s.flush(send)
		}
		switch {
		case ctx.Err() != nil:
			return fault.New(fault.Interrupted, "sending traces was interrupted; sending again what has arrived adds nothing", "")
		case errors.Is(err, ErrTarget):
			return errors.Join(append(faults, err)...)
		case err != nil:
			faults = append(faults, fmt.Errorf("%s: %w", l.Name, err))
		case s.builder.ID() == "":
			faults = append(faults, fault.New(fault.Usage, l.Name+" is no event log: it names no application", "sparkwiz trace --help"))
		default:
			report(Sent{l.Name, s.builder.ID(), s.builder.Trace(), s.sent, s.cursor.Ended})
		}
	}
	return errors.Join(faults...)
}

func sender(ctx context.Context, to *Target) func(*trace.ResourceSpans) error {
	return func(b *trace.ResourceSpans) error { return to.Send(ctx, b) }
}

// Follower sends the logs of a source as they grow, until it is stopped.
type Follower struct {
	From  Source
	To    *Target
	Unit  otlp.Unit
	Keep  *bucket.Bucket // where the checkpoint is; nil: whoever is started next sends everything again
	Every time.Duration  // how often it looks
	Since time.Duration  // logs that were last written before are left alone, unless they were begun; 0: none is
	Log   *slog.Logger

	known map[string]mark    // of logs that are not open: ended, or not looked at yet
	open  map[string]*stream // logs that may grow
	saved map[string]mark    // as the checkpoint has them
	alive alive
}

// Run looks again and again. What fails is said and tried again the next time; only a checkpoint that cannot be understood
// ends it.
func (f *Follower) Run(ctx context.Context) error {
	c, err := load(ctx, f.Keep, f.Unit)
	if err != nil {
		return err
	}
	f.known, f.saved, f.open = c.Logs, maps.Clone(c.Logs), map[string]*stream{}
	ticks := time.NewTicker(f.Every)
	defer ticks.Stop()
	for {
		if err := f.round(ctx); err != nil && ctx.Err() == nil {
			f.Log.Error("not everything was sent; trying again", "error", err)
		} else if err == nil {
			f.alive.now()
		}
		select {
		case <-ctx.Done():
			return nil // It was told to stop, and what has arrived is kept.
		case <-ticks.C:
		}
	}
}

// round looks at all logs once.
func (f *Follower) round(ctx context.Context) error {
	logs, err := f.From.Logs(ctx)
	if err != nil {
		return err
	}
	// What is being sent when it is told to stop is sent to its end, a matter of seconds: whether it arrived would not be known.
	files, send := f.From.FS(ctx), sender(context.WithoutCancel(ctx), f.To)
	there := map[string]bool{}
	var faults []error
	for _, l := range logs {
		there[l.Key()] = true
		s := f.streamOf(l)
		if s == nil || s.log == l {
			continue
		}
		before := s.sent
		err := s.read(ctx, files, l, send)
		if s.sent > before {
			f.Log.Info("sent", "log", l.Name, "application", s.builder.ID(), "spans", s.sent-before)
		}
		switch {
		case ctx.Err() != nil:
			return f.stopped(ctx)
		case errors.Is(err, fs.ErrNotExist):
			continue // It was renamed or removed while we looked; the next round sees it.
		case err != nil:
			faults = append(faults, fmt.Errorf("%s: %w", l.Name, err))
		case s.cursor.Ended:
			delete(f.open, l.Key())
			f.known[l.Key()] = mark{Spans: s.sent, Ended: true}
		case s.made < s.had:
			// It says less than what had arrived, so it is another log, or Spark has compacted it.
			f.open[l.Key()] = newStream(f.Unit, 0)
		}
	}
	f.forget(there)
	return errors.Join(append(faults, f.save(ctx))...)
}

// stopped keeps what has arrived, although the context has ended.
func (f *Follower) stopped(ctx context.Context) error {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return f.save(last)
}

// streamOf is the stream of a log, nil when nothing is to be read of it.
func (f *Follower) streamOf(l Log) *stream {
	key := l.Key()
	if s, ok := f.open[key]; ok {
		return s
	}
	had, ok := f.known[key]
	if had.Ended || !ok && f.Since > 0 && time.Since(l.Modified) > f.Since {
		return nil
	}
	s := newStream(f.Unit, had.Spans)
	f.open[key] = s
	delete(f.known, key)
	return s
}

// forget lets go of logs that were removed.
func (f *Follower) forget(there map[string]bool) {
	for key := range f.open {
		if !there[key] {
			delete(f.open, key)
		}
	}
	for key := range f.known {
		if !there[key] {
			delete(f.known, key)
		}
	}
}
