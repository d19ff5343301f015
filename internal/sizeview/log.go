package sizeview

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// FromLog is the document of an application that has run.
func FromLog(name string, a *eventlog.Application, r replay.Result, price sizing.Hourly) Document {
	observed := eventlog.Observe(a)
	observed.AppName = clean(observed.AppName, 200)
	d := Document{
		Schema: Schema, Log: name, Observed: &observed, Replay: &r, Settings: replay.Recommend(a, r), Findings: eventlog.Findings(a),
		Rates: replay.Rates(a), Stages: stagesOf(a), SparkConf: map[string]string{},
		Assumptions: []string{
			"the replay schedules the measured tasks again: their duration does not change with the number of executors",
			"cost is for the cores that executors hold from their start to their end, and one core for the driver; prices as below",
			"not in the cost: cluster fee, disks, network, requests to the store, taxes, your discounts",
		},
	}
	if d.Findings == nil {
		d.Findings = []eventlog.Finding{}
	}
	for _, s := range d.Settings {
		d.SparkConf[s.Key] = s.Want
	}
	if r.Unknown != "" {
		d.Warnings = append(d.Warnings, "nothing can be replayed: "+r.Unknown)
	}
	d.shape(a, r)
	d.price(a, r, price)
	return d
}

// shape is the recommendation in numbers: what the settings say, or else what
// the log had, or else Spark's defaults.
func (d *Document) shape(a *eventlog.Application, r replay.Result) {
	get := func(key, otherwise string) string {
		return cmp.Or(d.SparkConf[key], a.Properties[key], otherwise)
	}
	rec := &d.Recommendation
	rec.Executors = sizing.Range[int]{Low: d.Observed.MaxExecutors, Central: d.Observed.MaxExecutors, High: d.Observed.MaxExecutors}
	rec.ExecutorCores = d.Observed.CoresPerExecutor
	if n := r.Knee.Executors; n > 0 {
		rec.Executors = sizing.Range[int]{Low: cheapest(r.Curve, n), Central: n, High: fastest(r.Curve, n)}
		rec.ExecutorCores = r.Knee.Cores / n
	}
	heap := memoryMiB(get("spark.executor.memory", "1g"), 1)
	rec.ExecutorMemoryMiB = sizing.Range[int64]{Low: heap, Central: heap, High: heap}
	rec.MemoryOverheadMiB = memoryMiB(get("spark.executor.memoryOverhead", ""), 1)
	if rec.MemoryOverheadMiB == 0 {
		rec.MemoryOverheadMiB = sizing.Overhead(heap, false)
	}
	rec.PodMemoryMiB = heap + rec.MemoryOverheadMiB
	parts, err := strconv.Atoi(get("spark.sql.shuffle.partitions", "200"))
	if err != nil {
		parts = 0 // "auto" on Databricks.
	}
	rec.Partitions = sizing.Range[int]{Low: parts, Central: parts, High: parts}
	if n := int64(rec.Executors.Central); n > 0 {
		disk := int64(math.Ceil(1.2*float64(d.Observed.ShuffleWriteBytes+d.Observed.DiskSpillBytes)/float64(n))) >> 20
		rec.LocalDiskMiB = sizing.Range[int64]{Low: disk, Central: disk, High: disk}
	}
}

// cheapest is the number of executors, up to the knee, that pays for the
// fewest core-seconds, the driver's core among them.
func cheapest(curve []replay.Point, knee int) int {
	best, least := knee, math.Inf(1)
	for _, p := range curve {
		if s := p.CoreSeconds + float64(p.Ms)/1000; p.Executors <= knee && s < least {
			best, least = p.Executors, s
		}
	}
	return best
}

// fastest is the smallest number from the knee on that is within a hundredth
// of the shortest time.
func fastest(curve []replay.Point, knee int) int {
	if len(curve) == 0 {
		return knee
	}
	shortest := curve[0].Ms
	for _, p := range curve {
		shortest = min(shortest, p.Ms)
	}
	for _, p := range curve {
		if p.Executors >= knee && float64(p.Ms) <= 1.01*float64(shortest) {
			return p.Executors
		}
	}
	return knee
}

// price is what the recommended shape costs, with the cheapest and the fastest
// beside it, and what the run itself did.
func (d *Document) price(a *eventlog.Application, r replay.Result, h sizing.Hourly) {
	d.Cost = h.Cost
	d.Runs = sizing.Range[float64]{Low: d.run(a, r, d.Recommendation.Executors.Low, &d.Cost.OnDemand.Low, &d.Cost.Spot.Low, h)}
	d.Runs.Central = d.run(a, r, d.Recommendation.Executors.Central, &d.Cost.OnDemand.Central, &d.Cost.Spot.Central, h)
	d.Runs.High = d.run(a, r, d.Recommendation.Executors.High, &d.Cost.OnDemand.High, &d.Cost.Spot.High, h)
	d.Cost.Share = d.Cost.OnDemand
	if there := held(a); there > 0 {
		run := float64(d.Observed.ExecutorRunTimeMs) / 1000
		p := Paid{CoreHours: there / 3600, BusyShare: min(1, run/there), OnDemand: there * h.PerCore / 3600}
		p.Wasted = p.OnDemand * (1 - p.BusyShare)
		d.Paid = &p
	}
}

// run is the seconds on a number of executors, and what they cost; as it was
// when nothing could be replayed.
func (d *Document) run(a *eventlog.Application, r replay.Result, executors int, onDemand, spot *float64, h sizing.Hourly) float64 {
	seconds, coreSeconds := float64(d.Observed.DurationMs)/1000, held(a)
	for _, p := range r.Curve {
		if p.Executors == executors {
			seconds, coreSeconds = float64(p.Ms)/1000, p.CoreSeconds
		}
	}
	*onDemand = (coreSeconds + seconds) * h.PerCore / 3600
	*spot = (coreSeconds*h.PerCoreSpot + seconds*h.PerCore) / 3600
	return seconds
}

// held is the core-seconds for which executors were there.
func held(a *eventlog.Application) float64 {
	total := 0.0
	for _, e := range a.Workers() {
		cores := cmp.Or(e.Cores, a.CoresPerExecutor())
		total += float64(cores) * max(0, float64(cmp.Or(e.Removed, a.End)-cmp.Or(e.Added, a.Start))) / 1000
	}
	return total
}

// memoryMiB reads a size in Spark's notation; a number alone counts in units
// of bare MiB, as Spark has it for these keys. 0 for what is none.
func memoryMiB(text string, bare float64) int64 {
	text = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), "b")
	units := map[string]float64{"k": 1.0 / 1024, "m": 1, "g": 1024, "t": 1 << 20}
	unit := bare
	if n := len(text); n > 0 {
		if u, ok := units[text[n-1:]]; ok {
			unit, text = u, text[:n-1]
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n*unit > 1<<40 {
		return 0
	}
	return int64(n * unit)
}

// Classes are the measured rates of logs by the classes of the model: the
// stages of a kind that has any.
func Classes(rates []replay.Rate) sizing.Rates {
	class := map[eventlog.Kind]string{
		eventlog.KindScanShuffle: sizing.ClassScan, eventlog.KindScan: sizing.ClassScan,
		eventlog.KindShuffleJoin: sizing.ClassJoin, eventlog.KindShuffleAgg: sizing.ClassAggregate, eventlog.KindShuffleWrite: sizing.ClassWrite,
	}
	measured, bytes := sizing.Rates{}, map[string]int64{}
	for _, r := range rates {
		name, known := class[r.Kind]
		// Of two kinds in one class the one with more bytes counts.
		if !known || r.Low <= 0 || r.Median <= 0 || r.High <= 0 || r.Bytes <= bytes[name] {
			continue
		}
		bytes[name] = r.Bytes
		measured[name] = sizing.Range[float64]{Low: r.High, Central: r.Median, High: r.Low}
	}
	return measured
}

// diffLines are the settings as a diff against the log's own.
func diffLines(settings []replay.Setting) []string {
	var lines []string
	for _, s := range settings {
		was := clean(s.Was, 80)
		switch {
		case s.Was == s.Want:
			lines = append(lines, fmt.Sprintf("  %s=%s   # %s", s.Key, was, s.Why))
		case s.Was != "":
			lines = append(lines, fmt.Sprintf("- %s=%s", s.Key, was))
			fallthrough
		default:
			lines = append(lines, fmt.Sprintf("+ %s=%s   # %s", s.Key, s.Want, s.Why))
		}
	}
	return lines
}
