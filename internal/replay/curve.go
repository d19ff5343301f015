package replay

import (
	"cmp"
	"math"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// shape is what all points of a curve have in common.
type shape struct {
	cores int   // of an executor
	slots int   // tasks that it runs at a time
	start int64 // ms until the first executors are there
	ran   int   // executors that the real run had
}

func shapeOf(a *eventlog.Application, o Options) shape {
	s := shape{cores: cmp.Or(max(0, o.Cores), a.CoresPerExecutor()), start: o.StartMs, ran: a.MaxExecutors()}
	if s.cores == 0 { // A log that does not say: as many as tasks were seen to run at a time.
		s.cores = max(1, concurrency(a)) * taskCPUs(a)
	}
	s.slots = max(1, s.cores/taskCPUs(a))
	if s.start <= 0 {
		first := int64(math.MaxInt64)
		for _, e := range a.Workers() {
			first = min(first, e.Added-a.Start)
		}
		s.start = max(0, first)
	}
	return s
}

// arrive is when n executors come: the first batch at the start, the others after it.
func (s shape) arrive(n int) []change {
	changes := make([]change, 0, n/batch+1)
	for came := 0; came < n; came += batch {
		changes = append(changes, change{s.start + int64(came/batch)*batchDelay, min(batch, n-came) * s.slots})
	}
	return changes
}

func (s shape) point(p *program, n int) Point {
	arrivals := s.arrive(n)
	end, work := simulate(p, arrivals)
	one := Point{Executors: n, Cores: n * s.cores, Ms: end}
	for _, c := range arrivals {
		one.CoreSeconds += float64(max(0, end-c.at)) / 1000 * float64(c.slots/s.slots*s.cores)
	}
	if one.CoreSeconds > 0 {
		one.Busy = min(1, float64(work)/1000*float64(s.cores)/float64(s.slots)/one.CoreSeconds)
	}
	return one
}

// curve is one point for each number of executors until that no longer helps. Of long applications it leaves out some: then the
// numbers grow by a share.
func (s shape) curve(p *program, most int, critical int64) []Point {
	limit := cmp.Or(most, mostExecutors)
	points := max(10, mostSteps/max(1, p.tasks))
	share := 0.0
	if points < limit {
		share = math.Pow(float64(limit), 1/float64(points)) - 1
	}
	var curve []Point
	for n := 1; n <= limit; n += max(1, int(float64(n)*share)) {
		curve = append(curve, s.point(p, n))
		if most == 0 && n >= s.ran && curve[len(curve)-1].Ms <= critical+critical/200 {
			break // Half a percent above what is possible.
		}
	}
	if s.ran > 0 && s.ran <= limit && !slices.ContainsFunc(curve, func(c Point) bool { return c.Executors == s.ran }) {
		curve = append(curve, s.point(p, s.ran))
		slices.SortFunc(curve, func(a, b Point) int { return a.Executors - b.Executors })
	}
	return flatten(curve)
}

// flatten cuts the end of a curve where nothing happens any more: beyond the first point that is as fast as the last, give or
// take half a percent.
func flatten(curve []Point) []Point {
	last := curve[len(curve)-1].Ms
	at := slices.IndexFunc(curve, func(p Point) bool { return p.Ms <= last+last/200 })
	return curve[:min(len(curve), max(at+3, 10))]
}

// knee is the first point from which no later one is worth its executors: for each that it adds it must save gain of the time
// that is left. A curve has steps where a wave of tasks less is needed, so that the next point alone says little.
func knee(curve []Point, gain float64) Point {
	for i, p := range curve {
		worth := slices.ContainsFunc(curve[i+1:], func(later Point) bool {
			return float64(later.Ms) <= float64(p.Ms)*math.Pow(1-gain, float64(later.Executors-p.Executors))
		})
		if !worth {
			return p
		}
	}
	return curve[len(curve)-1]
}
