// Package sizeview is the answer of sparkwiz size in the forms that people and
// programs read: a document that becomes JSON, text with pictures for the
// terminal, and one page of HTML. Names in event logs are anybody's words, so
// every form cleans or escapes them.
package sizeview

import (
	"cmp"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// Schema names the form of the document. It changes when a field does not mean
// what it did.
const Schema = "sparkwiz.dev/size/v1"

// Document is one answer: from flags, or from an event log. Its JSON form is
// what docs/size.schema.json describes. Fields of both kinds of answer come
// first; an answer from flags then has those of sizing.Advice.
type Document struct {
	Schema         string                `json:"schema"`
	Recommendation sizing.Recommendation `json:"recommendation"`
	Cost           sizing.Cost           `json:"cost"`
	SparkConf      map[string]string     `json:"sparkConf"`
	Findings       []eventlog.Finding    `json:"findings"`
	Assumptions    []string              `json:"assumptions"`
	Warnings       []string              `json:"warnings,omitempty"`

	// From a log.
	Log      string                `json:"log,omitempty"`       // where it was read
	Runs     sizing.Range[float64] `json:"runSeconds,omitzero"` // on the cheapest, the best and the fastest number of executors
	Observed *eventlog.Observed    `json:"observed,omitempty"`
	Replay   *replay.Result        `json:"replay,omitempty"`
	Settings []replay.Setting      `json:"settings,omitempty"` // what to change, beside what the log had
	Rates    []replay.Rate         `json:"rates,omitempty"`    // what --calibrate would take from it
	Stages   []Stage               `json:"stages,omitempty"`
	Paid     *Paid                 `json:"paid,omitempty"` // what the run itself cost

	*sizing.Advice // From flags.
}

// Paid is what the run in the log cost, at the prices of this answer.
type Paid struct {
	CoreHours float64 `json:"coreHours"` // that its executors were there for
	BusyShare float64 `json:"busyShare"` // of them in which a task ran, 0 to 1
	OnDemand  float64 `json:"onDemand"`
	Wasted    float64 `json:"wasted"` // dollars of OnDemand for idle cores
}

// Stage is one bar of the timeline.
type Stage struct {
	ID       int     `json:"id"`
	Attempt  int     `json:"attempt,omitempty"`
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Start    float64 `json:"startSeconds"` // after the application's start
	End      float64 `json:"endSeconds"`
	Tasks    int     `json:"tasks"`
	Failed   int     `json:"failed,omitempty"`
	MedianMs int64   `json:"medianTaskMs"`
	MaxMs    int64   `json:"maxTaskMs"`
	Read     int64   `json:"readBytes"`
	Spilled  int64   `json:"spilledBytes,omitempty"`
}

// FromFlags is the document of an answer to flags.
func FromFlags(a sizing.Advice) Document {
	return Document{
		Schema: Schema, Recommendation: a.Recommendation, Cost: a.Cost, SparkConf: a.SparkConf, Findings: []eventlog.Finding{},
		Assumptions: a.Assumptions, Warnings: a.Warnings, Advice: &a,
	}
}

// stagesOf are the attempts of an application that ran, by their start.
func stagesOf(a *eventlog.Application) []Stage {
	var all []Stage
	for _, s := range a.Stages {
		if s.Submitted == 0 {
			continue
		}
		end := cmp.Or(s.Completed, a.End)
		all = append(all, Stage{
			ID: s.ID, Attempt: s.Attempt, Name: clean(s.Name, 120), Kind: s.Kind.String(),
			Start: max(0, float64(s.Submitted-a.Start)/1000), End: max(0, float64(end-a.Start)/1000),
			Tasks: s.NumTasks, Failed: s.Failed, MedianMs: s.Durations.P50, MaxMs: s.Durations.Max,
			Read: max(s.Metrics.Input, s.Metrics.ShuffleRead()), Spilled: s.Metrics.DiskSpill,
		})
	}
	slices.SortStableFunc(all, func(x, y Stage) int { return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.ID, y.ID)) })
	return all
}
