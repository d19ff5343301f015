package otlp

import (
	"cmp"
	"maps"
	"slices"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"
)

// Close ends the application, and what is still open then, marked as incomplete. Events may follow the application's end, of
// stages that it cut short, so that only the end of the log is the end. A log that does not tell the application's end was cut
// off, or the application was killed: then all of it ends at the latest time seen.
func (b *Builder) Close() {
	at := cmp.Or(b.app.end, b.last)
	b.closeAll(at)
	switch {
	case b.app.span == nil:
		return
	case b.app.end == 0:
		b.cut(b.app.span, at)
	default:
		b.end(b.app.span, at)
	}
	b.app.span = nil
}

// closeAll ends what an application has left open, from the inside out, so that whatever is inside something ends before it.
func (b *Builder) closeAll(at int64) {
	for _, key := range slices.SortedFunc(maps.Keys(b.stages), attempt.compare) {
		b.cut(b.stages[key], at)
	}
	clear(b.stages)
	for _, id := range slices.Sorted(maps.Keys(b.jobs)) {
		j := b.jobs[id]
		j.span.Attributes = attributes(j.span.Attributes).flag(incomplete)
		b.finishJob(j, at)
	}
	clear(b.jobs)
	queries := slices.Sorted(maps.Keys(b.queries))
	for _, id := range slices.Backward(queries) {
		b.cut(b.queries[id].span, at)
	}
	clear(b.queries)
}

func (a attempt) compare(other attempt) int {
	return cmp.Or(cmp.Compare(a.stage, other.stage), cmp.Compare(a.number, other.number))
}

// cut ends a span whose end is not in the log.
func (b *Builder) cut(span *trace.Span, at int64) {
	span.Attributes = attributes(span.Attributes).flag(incomplete)
	b.end(span, at)
}
