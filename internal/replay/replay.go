// Package replay runs the tasks of an event log again on another number of executors, on paper: list scheduling over the
// measured times, with the dependencies of stages and jobs.
package replay

import "github.com/sparkwiz/sparkwiz/internal/eventlog"

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
	Curve                 []Point `json:"curve"`             // 1…N executors
	Knee                  Point   `json:"knee"`              // the last point at which one more executor still bought Gain
	Unknown               string  `json:"unknown,omitempty"` // why nothing can be said; the rest is empty then
}

// Options chooses the shapes to try.
type Options struct {
	Cores        int     // of an executor; 0: as in the log
	MaxExecutors int     // 0: until more no longer help, at most 500
	Gain         float64 // share of time that one more executor must save; 0: 0.03
	RampMs       int64   // until the first executor is there; executors then come in batches. 0: as in the log
}

// Run replays an application.
func Run(a *eventlog.Application, o Options) Result { return Result{Unknown: "not replayed yet"} }

// Setting is one property that is recommended, beside what the log had.
type Setting struct {
	Key  string `json:"key"`
	Was  string `json:"was"` // empty: not set
	Want string `json:"want"`
	Why  string `json:"why"`
}

// Recommend says which properties the application should run with: executor count, cores, memory, overhead, partitions.
func Recommend(a *eventlog.Application, r Result) []Setting { return nil }

// Rate is how fast stages of one kind were.
type Rate struct {
	Kind   eventlog.Kind `json:"-"`
	Name   string        `json:"kind"`
	Stages int           `json:"stages"`
	Bytes  int64         `json:"bytes"` // the larger of what was read from files and from shuffles
	Low    float64       `json:"low"`   // MiB per core-second of executorRunTime: quartiles over stages
	Median float64       `json:"median"`
	High   float64       `json:"high"`
}

// Rates measures stages with at least 256 MiB of input, by kind. A kind without one is not there.
func Rates(apps ...*eventlog.Application) []Rate { return nil }
