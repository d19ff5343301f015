package otlp

import (
	"maps"
	"slices"
	"strings"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// incomplete marks a span whose end the log does not tell.
const incomplete = "spark.incomplete"

// Visit takes the next event; it is a visitor of eventlog.Events and never fails.
func (b *Builder) Visit(event eventlog.Event) error {
	switch e := event.(type) {
	case *eventlog.LogStart:
		b.version = e.SparkVersion
	case *eventlog.ApplicationStart:
		b.startApplication(e)
	case *eventlog.ApplicationEnd:
		b.seen(e.Time)
		b.app.end = e.Time
	case *eventlog.SQLStart:
		b.startQuery(e)
	case *eventlog.SQLEnd:
		b.endQuery(e)
	case *eventlog.JobStart:
		b.startJob(e)
	case *eventlog.JobEnd:
		b.endJob(e)
	case *eventlog.StageSubmitted:
		b.startStage(e.Stage)
	case *eventlog.StageCompleted:
		b.endStage(e.Stage)
	}
	return nil
}

func (b *Builder) startApplication(e *eventlog.ApplicationStart) {
	b.app.ApplicationStart = *e
	at := b.applicationPlace()
	b.app.span = b.begin(at, nil, "application "+oneLine(e.Name), e.Time)
	b.app.span.Attributes = attributes{}.text("spark.app.name", e.Name)
}

func (b *Builder) startJob(e *eventlog.JobStart) {
	j := &job{id: e.ID}
	at, parent := place{b.traceID("job", int64(e.ID)), b.spanID("job", int64(e.ID))}, b.applicationPlace().span
	a := attributes{}.number("spark.job.id", int64(e.ID))
	if id, ok := number(e.Properties["spark.sql.execution.id"]); ok {
		q := b.queryPlace(id, e.Time)
		at.trace, parent = q.trace, q.span
		a = a.number("spark.sql.execution.id", id)
	} else if b.unit == PerQuery {
		parent = nil
	}
	name := ""
	for _, s := range e.Stages {
		j.stages = append(j.stages, s.ID)
		j.tasks += s.NumTasks
		if name == "" || s.ID == slices.Max(j.stages) {
			name = s.Name // The last stage is the action that somebody called.
		}
	}
	a = a.text("spark.job.description", clip(e.Properties["spark.job.description"])).text("spark.job.group", e.Properties["spark.jobGroup.id"]).
		text("spark.job.tags", clip(e.Properties["spark.job.tags"])).text("spark.scheduler.pool", e.Properties["spark.scheduler.pool"])
	j.span = b.begin(at, parent, strings.TrimSpace("job "+title(name)), e.Time)
	j.span.Attributes = a
	b.jobs[e.ID] = j
}

func (b *Builder) endJob(e *eventlog.JobEnd) {
	j, ok := b.jobs[e.ID]
	if !ok {
		return
	}
	delete(b.jobs, e.ID)
	fail(j.span, !e.Succeeded, e.Reason)
	b.finishJob(j, e.Time)
}

// finishJob links the job to stages that it shares with another one: they ran once, below that job, and served both.
func (b *Builder) finishJob(j *job, at int64) {
	skipped := 0
	for _, id := range j.stages {
		r, ran := b.ran[id]
		switch {
		case !ran:
			skipped++
		case r.job != j.id:
			a := attributes{}.text("spark.link", "shared stage").number("spark.stage.id", int64(id))
			j.span.Links = append(j.span.Links, &trace.Span_Link{TraceId: r.at.trace, SpanId: r.at.span, Attributes: a})
		}
	}
	j.span.Attributes = attributes(j.span.Attributes).number("spark.job.stages", int64(len(j.stages))).
		number("spark.job.stages.skipped", int64(skipped)).number("spark.job.tasks", int64(j.tasks))
	b.end(j.span, at)
}

func (b *Builder) startStage(s eventlog.StageInfo) {
	if r, ran := b.ran[s.ID]; s.Submitted == 0 || ran && s.Attempt <= r.number {
		return // It never ran, or is told twice.
	}
	at, parent := b.applicationPlace(), b.applicationPlace().span
	owner := b.owner(s.ID)
	switch {
	case owner != nil:
		at.trace, parent = owner.span.TraceId, owner.span.SpanId
	case b.unit == PerQuery:
		at.trace, parent = b.traceID("stage", int64(s.ID)), nil
	}
	at.span = b.spanID("stage", int64(s.ID), int64(s.Attempt))
	span := b.begin(at, parent, "stage "+title(s.Name), s.Submitted)
	span.Attributes = stageAttributes(s)
	b.stages[attempt{s.ID, s.Attempt}] = span
	r := run{at: at, number: s.Attempt, job: none}
	if owner != nil {
		r.job = owner.id
	}
	b.ran[s.ID] = r
}

func (b *Builder) endStage(s eventlog.StageInfo) {
	key := attempt{s.ID, s.Attempt}
	if _, ok := b.stages[key]; !ok {
		b.startStage(s)
	}
	span, ok := b.stages[key]
	if !ok {
		return
	}
	delete(b.stages, key)
	span.Attributes = stageAttributes(s)
	fail(span, s.FailureReason != "", s.FailureReason)
	b.end(span, s.Completed)
}

// owner is the job that Spark runs a stage for: the first of those that want it.
func (b *Builder) owner(stage int) *job {
	for _, id := range slices.Sorted(maps.Keys(b.jobs)) {
		if slices.Contains(b.jobs[id].stages, stage) {
			return b.jobs[id]
		}
	}
	return nil
}
