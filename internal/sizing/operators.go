package sizing

import (
	"fmt"
	"slices"
	"strings"
)

// Range is what is likely: Low is the answer on a good day, High on a bad one.
type Range[T int | int64 | float64] struct {
	Low     T `json:"low"`
	Central T `json:"central"`
	High    T `json:"high"`
}

// over makes a range from what a function says about the good, the likely and
// the bad case.
func over[T, R int | int64 | float64](f func(T) R, r Range[T]) Range[R] {
	return Range[R]{f(r.Low), f(r.Central), f(r.High)}
}

// operator is one kind of transformation: what a core does of it in a second,
// and how much of what comes in goes on.
type operator struct {
	name string
	// rate is MiB of the step's input for one second of executorRunTime on one
	// core. Low is the best case, so it is the largest number.
	rate    Range[float64]
	class   string  // which measured class a calibration replaces
	in, out float64 // share of what the step before has that this one reads, and passes on
	shuffle bool    // what it reads crosses the network first, and memory holds a part of it
	source  string
}

// The classes of steps that a log can measure.
const (
	ClassScan      = "scan"
	ClassJoin      = "join"
	ClassAggregate = "aggregate"
	ClassWrite     = "write"
)

// measured is where most rates come from.
const measured = "stages of at least 256 MiB in 20 public event logs, Spark 1.6 to 3.5"

// operators are all transformations, in the order in which help lists them.
// Rates are quartiles over stages, rounded; docs/rightsizing.md has the
// numbers that they were taken from.
func operators() []operator {
	scan := Range[float64]{18, 10, 7}
	join := Range[float64]{29, 15, 4.8}
	aggregate := Range[float64]{50, 40, 23}
	// A broadcast join took 1.9/20.7 of a sort-merge join's time for a row in
	// Spark's own benchmarks (JoinBenchmark, Xeon 8370C).
	const lighter = 20.7 / 1.9
	broadcast := Range[float64]{join.Low * lighter, join.Central * lighter, join.High * lighter}
	return []operator{
		{"scan", scan, ClassScan, 1, 1, false, measured + ": scan to shuffle, and scan with a partial aggregate"},
		{"filter", Range[float64]{}, "", 1, 1, false, "measured together with the scan"},
		{"project", Range[float64]{}, "", 1, 1, false, "measured together with the scan"},
		{"join", join, ClassJoin, 1, 1, true, measured + ": shuffle to sort-merge join, aggregate and sort"},
		{"broadcast-join", broadcast, "", 1, 1, false, "a sort-merge join, times 20.7/1.9 from Spark's JoinBenchmark"},
		{"aggregate", aggregate, ClassAggregate, 0.15, 0.15, true, measured + ": shuffle to final aggregate; 0.15 is what the map side leaves"},
		{"sort", join, ClassJoin, 1, 1, true, "the same class as join, which sorts both sides"},
		{"window", join, ClassJoin, 1, 1, true, "the same class as join: it sorts each group"},
		{"repartition", aggregate, ClassAggregate, 1, 1, true, "as the final aggregate: reads a shuffle and passes on"},
		{"distinct", aggregate, ClassAggregate, 1, 1, true, "as the final aggregate, on all rows"},
		{"write", Range[float64]{20, 15.8, 4}, ClassWrite, 1, 1, false, measured + ": shuffle to Parquet 15.8, scan to file 4.0"},
	}
}

// narrowScan is the scan of a job that never shuffles.
func narrowScan() operator {
	return operator{
		"scan", Range[float64]{26, 12, 11.5}, ClassScan, 1, 1, false, measured + ": scan with narrow work",
	}
}

// Operators are the names of all transformations.
func Operators() []string {
	var names []string
	for _, o := range operators() {
		names = append(names, o.name)
	}
	return names
}

// chain are the operators of a workload, the scan first: nothing happens
// before something is read.
func chain(w Workload) ([]operator, error) {
	all := operators()
	named := func(name string) int {
		return slices.IndexFunc(all, func(o operator) bool { return o.name == name })
	}
	first := all[named("scan")]
	var rest []operator
	shuffles := false
	var unknown []string
	for _, name := range w.Transformations {
		i := named(name)
		if i < 0 {
			unknown = append(unknown, fmt.Sprintf("%q", name))
			continue
		}
		shuffles = shuffles || all[i].shuffle
		if name != "scan" {
			rest = append(rest, all[i])
		}
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("transformations: %s: want some of %s", strings.Join(unknown, ", "), strings.Join(Operators(), ", "))
	}
	if !shuffles {
		first = narrowScan()
	}
	return append([]operator{first}, rest...), nil
}
