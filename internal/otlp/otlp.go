// Package otlp turns the event log of a Spark application into OpenTelemetry spans: application, SQL execution, job, stage.
// Times are the log's own. Ids are hashes of what a span is about, so that the same log gives the same spans wherever and
// however often it is read: sending one twice adds nothing.
package otlp

import (
	"encoding/hex"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// Unit is what becomes one trace.
type Unit string

const (
	// PerApplication makes one trace of an application: right for jobs that begin, work and end.
	PerApplication Unit = "application"
	// PerQuery makes one trace of each query, and of each job without one, linked to the application's span: right for
	// Connect servers, which run for weeks. A trace that grows for weeks is seen whole by nobody, and refused by backends.
	PerQuery Unit = "query"
)

// Scope names who made the spans, as OpenTelemetry's instrumentation scope.
const Scope = "github.com/sparkwiz/sparkwiz"

// What others find an application's traces by, such as the links of Grafana's dashboards: attributes of the resource.
const (
	ServiceName   = "service.name" // the application's name
	ApplicationID = "spark.app.id"
)

// Builder makes spans of one application's events. Give them to it in the order of the log, and take the spans now and then.
type Builder struct {
	unit     Unit
	version  string // of Spark
	app      application
	queries  map[int64]*query
	past     map[int64]place // where queries are that have ended
	jobs     map[int]*job
	stages   map[attempt]*trace.Span
	ran      map[int]run // the latest attempt at a stage, by the stage's ID
	finished []*trace.Span
	last     int64 // latest time seen in the log, ms
}

type application struct {
	eventlog.ApplicationStart
	span *trace.Span
	end  int64 // 0: not told so far
}

type query struct {
	span *trace.Span
	root int64 // the query that this one is part of; its own ID when it is none's
	told bool  // the log has told of it, and not only of its parts
}

type job struct {
	id     int
	span   *trace.Span
	stages []int // IDs of all, also those that are skipped
	tasks  int
}

// none is the ID of nothing.
const none = -1

type attempt struct{ stage, number int }

// place is where a span is.
type place struct{ trace, span []byte }

// run is an attempt at a stage that was made.
type run struct {
	at     place
	number int // of the attempt
	job    int // whose span is its parent, none: the application's
}

// New is a Builder that has seen nothing.
func New(unit Unit) *Builder {
	return &Builder{
		unit: unit, queries: map[int64]*query{}, past: map[int64]place{}, jobs: map[int]*job{}, stages: map[attempt]*trace.Span{}, ran: map[int]run{},
	}
}

// ID is the application's, empty as long as the log has not named it.
func (b *Builder) ID() string { return b.app.ID }

// Trace is the ID of the trace with the application's span, as backends write it.
func (b *Builder) Trace() string { return hex.EncodeToString(b.applicationPlace().trace) }

// Take returns the spans that have ended since it was called last, in the order in which they ended. Nil when there are none.
func (b *Builder) Take() []*trace.Span {
	spans := b.finished
	b.finished = nil
	return spans
}

// Resource describes the application, whose spans these all are.
func (b *Builder) Resource() *resource.Resource {
	name := b.app.Name
	if name == "" {
		name = "spark"
	}
	a := attributes{}.text(ServiceName, name).text("service.namespace", "spark").text("service.instance.id", b.app.ID).
		text("service.version", b.version).text(ApplicationID, b.app.ID).text("spark.app.attempt", b.app.Attempt).text("user.name", b.app.User)
	return &resource.Resource{Attributes: a}
}

// Batch is what the spans are sent in.
func (b *Builder) Batch(spans []*trace.Span) *trace.ResourceSpans {
	scope := &common.InstrumentationScope{Name: Scope}
	return &trace.ResourceSpans{Resource: b.Resource(), ScopeSpans: []*trace.ScopeSpans{{Scope: scope, Spans: spans}}}
}
