package otlp

import (
	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// queryPlace is where a query is, told of or not: Databricks writes some events in another order than they happened, and a
// job may come before the query that it is part of. Then the query begins with its first part.
func (b *Builder) queryPlace(id, at int64) place {
	if ended, ok := b.past[id]; ok {
		return ended
	}
	q, ok := b.queries[id]
	if !ok {
		q = b.begunQuery(id, id, at)
	}
	return place{q.span.TraceId, q.span.SpanId}
}

// begunQuery begins a query, below the one that it is part of.
func (b *Builder) begunQuery(id, root, start int64) *query {
	q := &query{root: root}
	parent := b.applicationPlace().span
	in := b.traceID("query", root)
	if root != id {
		above := b.queryPlace(root, start)
		in, parent = above.trace, above.span
	} else if b.unit == PerQuery {
		parent = nil
	}
	q.span = b.begin(place{in, b.spanID("query", id)}, parent, "query", start)
	q.span.Attributes = attributes{}.number("spark.sql.execution.id", id)
	b.queries[id] = q
	return q
}

func (b *Builder) startQuery(e *eventlog.SQLStart) {
	q, begun := b.queries[e.ID]
	if !begun {
		q = b.begunQuery(e.ID, e.Root, e.Time)
	} else if b.unit == PerApplication && e.Root != e.ID {
		q.span.ParentSpanId = b.queryPlace(e.Root, e.Time).span
	}
	q.told = true
	q.span.Name = "query " + title(e.Description)
	q.span.StartTimeUnixNano = min(q.span.StartTimeUnixNano, nanos(e.Time))
	q.span.Attributes = attributes(q.span.Attributes).text("spark.sql.description", e.Description).
		text("spark.connect.session_id", session(e.Description))
}

func (b *Builder) endQuery(e *eventlog.SQLEnd) {
	q, ok := b.queries[e.ID]
	if !ok || !q.told {
		return
	}
	delete(b.queries, e.ID)
	b.past[e.ID] = place{q.span.TraceId, q.span.SpanId}
	fail(q.span, e.Error != "", e.Error)
	b.end(q.span, e.Time)
}
