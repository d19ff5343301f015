package tracing

import (
	"cmp"
	"context"
	"io/fs"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
)

// batch is the number of spans in one request, OpenTelemetry's own default.
const batch = 512

// stream is one log that is being read, and its spans on their way.
type stream struct {
	unit    otlp.Unit
	log     Log // as it was when it was read last
	cursor  eventlog.Cursor
	builder *otlp.Builder
	waiting []*trace.Span
	made    int // spans that the builder has finished
	had     int // spans that had arrived before this process
	sent    int // spans that have arrived, all together
}

func newStream(unit otlp.Unit, had int) *stream {
	return &stream{unit: unit, builder: otlp.New(unit), had: had, sent: had}
}

// read reads what the log has got since, and sends the spans that it ends. What fails is tried again by the next call: the
// cursor stays before the event that was not taken.
func (s *stream) read(ctx context.Context, files fs.FS, log Log, send func(*trace.ResourceSpans) error) error {
	if s.log.Name != "" && s.log.Name != log.Name {
		// Spark has renamed the log, which is finished now. From its beginning on it says the same.
		*s = *newStream(s.unit, s.sent)
	}
	watch := &watched{FS: files}
	cursor, err := eventlog.Events(watch, log.Name, s.cursor, eventlog.Options{}, func(e eventlog.Event) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(s.waiting) >= batch {
			if err := s.flush(send); err != nil {
				return err
			}
		}
		err := s.builder.Visit(e)
		s.take()
		return err
	})
	s.cursor = cursor
	if err = cmp.Or(err, watch.err); err != nil {
		return err
	}
	if s.cursor.Ended {
		s.close()
	}
	if err := s.flush(send); err != nil {
		return err
	}
	s.log = log
	return nil
}

// close ends the application: nothing comes after it.
func (s *stream) close() {
	s.builder.Close()
	s.take()
}

// take puts finished spans into the queue, but for those that had arrived.
func (s *stream) take() {
	for _, span := range s.builder.Take() {
		s.made++
		if s.made > s.had {
			s.waiting = append(s.waiting, span)
		}
	}
}

// flush sends what waits, a batch at a time.
func (s *stream) flush(send func(*trace.ResourceSpans) error) error {
	for len(s.waiting) > 0 {
		n := min(batch, len(s.waiting))
		if err := send(s.builder.Batch(s.waiting[:n])); err != nil {
			return err
		}
		s.waiting, s.sent = s.waiting[n:], s.sent+n
	}
	return nil
}
