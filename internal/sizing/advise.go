package sizing

import (
	"fmt"
	"strconv"
)

// Options are what an answer depends on beside the workload.
type Options struct {
	Prices       Table
	Cloud        string  // empty: the first of the table
	Instance     string  // empty: the first general machine of the cloud
	OnDemand     float64 // dollars an hour for one node; 0: the table's
	Spot         float64 // the same; 0: the table's, or a discount
	SpotDiscount float64 // share below on demand, 0 to 1; 0: the table's
	Rates        Rates   // measured ones replace ours
}

// Advise answers. It fails when the workload or the options make no sense.
func Advise(w Workload, o Options) (Advice, error) {
	if err := w.Validate(); err != nil {
		return Advice{}, err
	}
	w = w.filled()
	money, err := o.pricing()
	if err != nil {
		return Advice{}, err
	}
	all, err := steps(w, o.Rates)
	if err != nil {
		return Advice{}, err
	}
	cases := jobs(w, all)
	a := Advice{Workload: w, Steps: all, Attainable: true}
	for _, s := range all {
		a.CoreSeconds = each(a.CoreSeconds, s.CoreSeconds, func(x, y float64) float64 { return x + y })
	}
	r := &a.Recommendation
	r.ExecutorCores = w.ExecutorCores
	r.Executors, a.Binding = count(w, cases)
	r.shape(w, cases)
	a.Duration = predictions(cases, r.Executors.Central*w.ExecutorCores)
	a.Least = Range[float64]{cases[0].least(), cases[1].least(), cases[2].least()}
	if w.TargetSeconds > 0 {
		a.Attainable = a.Least.Central <= w.TargetSeconds
	}
	a.Fit = fit(money.price, r.Executors.Central, r.ExecutorCores, r.PodMemoryMiB)
	a.Cost = money.cost(cases, r)
	a.Cost.Currency = o.Prices.Currency
	a.Alternatives = o.alternatives(money.price, *r, a.Duration.Central)
	a.Curve = curve(cases, r, money)
	if w.Executors > 0 {
		a.Given = given(w, cases, r, money)
	}
	a.SparkConf = conf(w, a)
	a.Assumptions = assumptions(w, o, money)
	a.Warnings = append(warnings(w, a), o.Prices.Notes...)
	return a, nil
}

// count is the number of executors in each case. A shape that is given without
// a target is what is answered for.
func count(w Workload, cases [3]job) (Range[int], Binding) {
	if w.TargetSeconds == 0 {
		n := w.Executors
		return Range[int]{n, n, n}, Binding{"given", "the number of executors is yours; no target was named"}
	}
	low, _ := cases[0].needs(w)
	central, id := cases[1].needs(w)
	high, _ := cases[2].needs(w)
	return Range[int]{low, central, high}, Binding{id, binds(id, w, cases[1], central)}
}

// shape fills in memory, partitions and disk.
func (r *Recommendation) shape(w Workload, cases [3]job) {
	executors := [3]int{r.Executors.Low, r.Executors.Central, r.Executors.High}
	grow := expansion()
	expand := [3]float64{grow.Low, grow.Central, grow.High}
	var parts [3]int
	var heaps, disks [3]int64
	for i, j := range cases {
		parts[i] = j.partitions(executors[i] * w.ExecutorCores)
		heaps[i] = heap(w.ExecutorCores, j.partition(parts[i]), expand[i], j.shuffle > 0)
		disks[i] = int64(diskFactor * j.shuffles / float64(mib) / float64(executors[i]))
	}
	r.Partitions = Range[int]{parts[0], parts[1], parts[2]}
	r.ExecutorMemoryMiB = Range[int64]{heaps[0], heaps[1], heaps[2]}
	r.LocalDiskMiB = Range[int64]{min(disks[0], disks[1], disks[2]), disks[1], max(disks[0], disks[1], disks[2])}
	r.MemoryOverheadMiB = Overhead(heaps[1], w.PySpark)
	r.PodMemoryMiB = heaps[1] + r.MemoryOverheadMiB
}

func predictions(cases [3]job, slots int) Range[float64] {
	return Range[float64]{cases[0].predict(slots), cases[1].predict(slots), cases[2].predict(slots)}
}

// cost of the good, the likely and the bad case, each with the number of
// executors that it needs.
func (p pricing) cost(cases [3]job, r *Recommendation) Cost {
	c := Cost{
		AsOf: p.price.AsOf, Source: p.price.Source, Region: p.price.Region, Instance: p.price.Instance,
		Hourly: p.price.OnDemand, Spotly: p.spot.Central,
	}
	executors := [3]int{r.Executors.Low, r.Executors.Central, r.Executors.High}
	spot := [3]float64{p.spot.Low, p.spot.Central, p.spot.High}
	to := [3]*Range[float64]{&c.OnDemand, &c.Spot, &c.Share}
	for i, j := range cases {
		f := fit(p.price, executors[i], r.ExecutorCores, r.PodMemoryMiB)
		onDemand, onSpot, share := p.dollars(f, executors[i], r.ExecutorCores, j.predict(executors[i]*r.ExecutorCores), spot[i])
		for k, dollars := range [3]float64{onDemand, onSpot, share} {
			*[3]*float64{&to[k].Low, &to[k].Central, &to[k].High}[i] = dollars
		}
	}
	return c
}

// given is what a shape would do that somebody has in mind.
func given(w Workload, cases [3]job, r *Recommendation, p pricing) *Prediction {
	g := &Prediction{Executors: w.Executors, ExecutorCores: w.ExecutorCores, Duration: predictions(cases, w.Executors*w.ExecutorCores)}
	f := fit(p.price, w.Executors, w.ExecutorCores, r.PodMemoryMiB)
	g.OnDemand.Low, g.Spot.Low, _ = p.dollars(f, w.Executors, w.ExecutorCores, g.Duration.Low, p.spot.Low)
	g.OnDemand.Central, g.Spot.Central, _ = p.dollars(f, w.Executors, w.ExecutorCores, g.Duration.Central, p.spot.Central)
	g.OnDemand.High, g.Spot.High, _ = p.dollars(f, w.Executors, w.ExecutorCores, g.Duration.High, p.spot.High)
	return g
}

// curve is time and cost from one executor to twice as many as the bad case
// needs: numbers in rising steps, so that it can be drawn.
func curve(cases [3]job, r *Recommendation, p pricing) []Point {
	most := min(mostExecutors, max(8, 2*r.Executors.Central, r.Executors.High))
	var points []Point
	for n := 1; n <= most; {
		seconds := predictions(cases, n*r.ExecutorCores)
		pt := Point{Executors: n, Seconds: seconds}
		f := fit(p.price, n, r.ExecutorCores, r.PodMemoryMiB)
		pt.OnDemand, pt.Spot, _ = p.dollars(f, n, r.ExecutorCores, seconds.Central, p.spot.Central)
		points = append(points, pt)
		next := max(n+1, n*5/4)
		for _, mark := range []int{r.Executors.Central, most} {
			if n < mark && next > mark {
				next = mark
			}
		}
		n = next
	}
	return points
}

// conf are the properties to paste.
func conf(w Workload, a Advice) map[string]string {
	r := a.Recommendation
	return map[string]string{
		"spark.executor.cores":                                   strconv.Itoa(r.ExecutorCores),
		"spark.executor.memory":                                  fmt.Sprintf("%dg", r.ExecutorMemoryMiB.Central>>10),
		"spark.executor.memoryOverhead":                          fmt.Sprintf("%dm", r.MemoryOverheadMiB),
		"spark.kubernetes.executor.request.cores":                fmt.Sprintf("%dm", a.Fit.CPURequest),
		"spark.dynamicAllocation.enabled":                        "true",
		"spark.dynamicAllocation.shuffleTracking.enabled":        "true",
		"spark.dynamicAllocation.maxExecutors":                   strconv.Itoa(min(r.Executors.Central, w.most())),
		"spark.sql.files.maxPartitionBytes":                      "128m",
		"spark.sql.shuffle.partitions":                           strconv.Itoa(r.Partitions.Central),
		"spark.sql.adaptive.enabled":                             "true",
		"spark.sql.adaptive.advisoryPartitionSizeInBytes":        "128m",
		"spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
	}
}
