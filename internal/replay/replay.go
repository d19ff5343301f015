// Package replay runs the tasks of an event log again on another number of executors, on paper: list scheduling over the
// measured times, with the dependencies of stages and jobs. What the driver did between jobs, and between a stage that is ready
// and its first task, takes as long as it took.
package replay

import (
	"math"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// Point is one configuration of the curve.
type Point struct {
	Executors   int     `json:"executors"`
	Cores       int     `json:"cores"` // of all executors
	Ms          int64   `json:"ms"`
	CoreSeconds float64 `json:"coreSeconds"` // paid for, busy or not
	Busy        float64 `json:"busy"`        // share of the paid core-seconds in which a task ran, 0 to 1
}

// Result is what the replay of one application says.
type Result struct {
	SimulatedMs           int64   `json:"simulatedMs"` // at the executors that really ran, when they really came and went
	ActualMs              int64   `json:"actualMs"`
	ErrorPercent          float64 `json:"errorPercent"` // |simulated - actual| / actual · 100
	SparklensMs           int64   `json:"sparklensMs"`  // the same by Sparklens' rule: executorRunTime, all executors from the start
	SparklensErrorPercent float64 `json:"sparklensErrorPercent"`
	CriticalPathMs        int64   `json:"criticalPathMs"`    // no number of executors is faster
	DriverMs              int64   `json:"driverMs"`          // time in which no job ran
	Curve                 []Point `json:"curve"`             // from 1 executor on
	Knee                  Point   `json:"knee"`              // the fewest executors beyond which one more does not buy Gain
	Unknown               string  `json:"unknown,omitempty"` // why nothing can be said; the rest is empty then
}

// Options chooses the shapes to try. The zero value is right for most.
type Options struct {
	Cores        int     // of an executor; 0: as in the log
	MaxExecutors int     // 0: until more no longer help, at most 500
	Gain         float64 // share of the time that one more executor must save; 0: 0.03, as the AWS EMR Advisor has it
	StartMs      int64   // from the application's start until its first executors are there; 0: as in the log
}

// The assumed arrival of executors in other shapes than the real one: Kubernetes' allocator asks for 10 pods each second
// (spark.kubernetes.allocation.batch.size in Spark 4.0; 5 before, 20 since 4.2).
const (
	batch      = 10
	batchDelay = 1000 // ms
)

// Limits of the curve: Sparklens' and EMR Advisor's curves end far earlier than 500 executors; steps bound the tasks that are
// scheduled for it, about a second of time for each 5 million.
const (
	mostExecutors = 500
	mostSteps     = 20_000_000
	defaultGain   = 0.03
)

// Run replays an application.
func Run(a *eventlog.Application, o Options) Result {
	r := Result{ActualMs: a.Duration()}
	p := compile(a)
	switch {
	case len(p.jobs) == 0:
		r.Unknown = "no job ran"
	case p.tasks == 0:
		r.Unknown = "no task ended"
	case r.ActualMs <= 0:
		r.Unknown = "the log does not say how long the application ran"
	}
	if r.Unknown != "" {
		return Result{Unknown: r.Unknown}
	}
	r.SimulatedMs, _ = simulate(p, actual(a))
	r.ErrorPercent = errorPercent(r.SimulatedMs, r.ActualMs)
	r.SparklensMs, r.DriverMs = sparklens(a)
	r.SparklensErrorPercent = errorPercent(r.SparklensMs, r.ActualMs)
	r.CriticalPathMs, _ = simulate(p, []change{{0, math.MaxInt32}})
	s := shapeOf(a, o)
	r.Curve = s.curve(p, max(o.MaxExecutors, 0), r.CriticalPathMs)
	gain := o.Gain
	if gain <= 0 || gain >= 1 {
		gain = defaultGain
	}
	r.Knee = knee(r.Curve, gain)
	return r
}

func errorPercent(simulated, actual int64) float64 {
	return math.Abs(float64(simulated-actual)) * 100 / float64(actual)
}

// At is the point of a number of executors, whether the curve has it or not.
func At(a *eventlog.Application, o Options, executors int) Point {
	p := compile(a)
	return shapeOf(a, o).point(p, max(1, executors))
}
