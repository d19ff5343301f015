package sizing

import "math"

// Constants of the model, each with where it comes from.
const (
	// splitMiB is how much of a file a task reads: spark.sql.files.maxPartitionBytes,
	// and the shuffle partitions that we aim for.
	splitMiB = 128.0
	// leastSplitMiB is spark.sql.files.openCostInBytes: Spark cuts no file finer.
	leastSplitMiB = 4.0
	// startupSeconds are until executors of a running cluster work: pods, and
	// the driver's planning. New nodes take longer, 150 s with Karpenter on EKS
	// (aws-emr-advisor, Config.scala).
	startupSeconds = 60.0
	// tasksPerCore is the lower end of what Spark's tuning guide recommends, 2 to 3.
	tasksPerCore = 2
	// diskFactor is aws-emr-advisor's: what shuffles write, and a fifth.
	diskFactor = 1.2
)

// skew is how much larger the largest partition is than the others: even on
// a good day; 256 MB likely, which is the size below which adaptive execution
// never splits one (spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes);
// five times on a bad day (…skewedPartitionFactor).
func skew() Range[float64] { return Range[float64]{1, 2, 5} }

// scanned is the part of the data set that a query on columnar tables reads,
// when nobody says: an assumption.
func scanned() Range[float64] { return Range[float64]{0.15, 0.2, 0.3} }

// queries are core-seconds of one query for each 10^12 bytes of data: median,
// mean and 90th percentile of the 103 queries of TPC-DS at scale 1000 on
// Parquet in S3, Spark 3.5 on EKS (apache/datafusion-comet, benchmarks/results/1.0.0).
// They are upper bounds, since the cluster was not always busy.
func queries() Range[float64] { return Range[float64]{1720, 3505, 10332} }

// steps are the work of a job. Rates of a class that was measured replace
// ours.
func steps(w Workload, rates ...Rates) ([]Step, error) {
	operators, err := chain(w)
	if err != nil {
		return nil, err
	}
	dataset := float64(w.DatasetBytes)
	bytes := Range[float64]{dataset, dataset, dataset}
	switch {
	case w.ScannedFraction > 0:
		bytes = over(func(n float64) float64 { return n * w.ScannedFraction }, bytes)
	case w.Profile == SQL:
		bytes = over(func(share float64) float64 { return dataset * share }, scanned())
	}
	output := w.OutputRatio
	if output == 0 {
		output = 1
	}
	var all []Step
	for _, o := range operators {
		for _, r := range rates {
			o = r.replace(o)
		}
		in := o.in
		if o.name == "write" {
			in = output
		}
		s := Step{Name: o.name, Rate: o.rate, Source: o.source, operator: o}
		s.Bytes = over(func(n float64) float64 { return n * in }, bytes)
		s.CoreSeconds = each(s.Bytes, o.rate, seconds)
		if o.name != "write" {
			bytes = over(func(n float64) float64 { return n * o.out }, bytes)
		}
		all = append(all, s)
	}
	if w.Profile == SQL && w.ScannedFraction == 0 && !calibrated(rates) {
		return benchmarked(w, all), nil
	}
	return all, nil
}

// benchmarked replaces the work of the steps by what queries took that were
// measured: they read less than all, and nobody knows how much less.
func benchmarked(w Workload, all []Step) []Step {
	for i := range all {
		all[i].CoreSeconds, all[i].Source = Range[float64]{}, "counted with the query"
	}
	all[0].Name, all[0].Source = "query", "TPC-DS at scale 1000, Spark 3.5 on EKS: core-seconds of the median, the mean and the 90th percentile"
	all[0].CoreSeconds = over(func(n float64) float64 { return n * float64(w.DatasetBytes) / 1e12 }, queries())
	return all
}

// seconds are core-seconds for bytes at a rate; a step without a rate is
// counted with the one before.
func seconds(bytes, rate float64) float64 {
	if rate == 0 {
		return 0
	}
	return bytes / float64(mib) / rate
}

// each combines two ranges case by case.
func each[A, B, R int | int64 | float64](a Range[A], b Range[B], f func(A, B) R) Range[R] {
	return Range[R]{f(a.Low, b.Low), f(a.Central, b.Central), f(a.High, b.High)}
}

// job is a workload as the model sees it, one case of three.
type job struct {
	coreSeconds float64
	longest     float64 // seconds of the longest chain of single tasks
	parallel    int     // more slots than this have nothing to do
	shuffle     float64 // bytes of the largest shuffle, 0: none
	shuffles    float64 // bytes of all of them, which stay on disk until the end
	scan        float64 // bytes
	used        float64 // utilisation
}

// jobs are the good, the likely and the bad case.
func jobs(w Workload, all []Step) [3]job {
	var cases [3]job
	for i := range cases {
		pick := func(r Range[float64]) float64 { return [3]float64{r.Low, r.Central, r.High}[i] }
		j := job{used: w.Utilisation}
		for k, s := range all {
			bytes := pick(s.Bytes)
			if k == 0 {
				j.scan = bytes
				j.parallel = max(1, int(math.Ceil(bytes/float64(mib)/leastSplitMiB)))
			}
			j.coreSeconds += pick(s.CoreSeconds)
			task := min(splitMiB*float64(mib), bytes)
			if s.operator.shuffle {
				task = min(task*pick(skew()), bytes)
				j.shuffle = max(j.shuffle, bytes)
				j.shuffles += bytes
			}
			j.longest += seconds(task, pick(s.Rate))
		}
		cases[i] = j
	}
	return cases
}

// predict is how long the job takes on a number of slots, in seconds. It is
// never less than the critical path.
func (j job) predict(slots int) float64 {
	busy := j.coreSeconds / (float64(min(slots, j.parallel)) * j.used)
	return startupSeconds + max(busy, j.longest)
}

// least is what no number of executors beats, in seconds.
func (j job) least() float64 { return j.predict(math.MaxInt32) }

// needs is the number of executors that ends the job in time, and what binds
// it.
func (j job) needs(w Workload) (executors int, binding string) {
	binding = "work"
	room := w.TargetSeconds - startupSeconds
	if room <= j.longest {
		room, binding = j.longest, "critical-path"
	}
	slots := int(math.Ceil(j.coreSeconds / (room * j.used)))
	if slots > j.parallel {
		slots, binding = j.parallel, "small-data"
		if j.predict(slots) > w.TargetSeconds {
			binding = "critical-path"
		}
	}
	executors = max(1, (slots+w.ExecutorCores-1)/w.ExecutorCores)
	if executors == 1 && binding == "work" {
		binding = "one-executor"
	}
	if most := w.most(); executors > most {
		return most, "max-executors"
	}
	return executors, binding
}

// most is the number of executors that is never exceeded.
func (w Workload) most() int {
	if w.MaxExecutors > 0 {
		return w.MaxExecutors
	}
	return mostExecutors
}

// partitions for a number of slots: none larger than 128 MiB, at least two
// for each slot, and no slot idle in the last round.
func (j job) partitions(slots int) int {
	bytes := j.shuffle
	if bytes == 0 {
		bytes = j.scan
	}
	n := max(int(math.Ceil(bytes/float64(mib)/splitMiB)), tasksPerCore*slots)
	return (n + slots - 1) / slots * slots
}

// partition is the size of one in MiB, as memory has to bear it.
func (j job) partition(partitions int) float64 {
	bytes := j.shuffle
	if bytes == 0 {
		bytes = j.scan
	}
	return min(splitMiB, bytes/float64(mib)/float64(max(1, partitions)))
}
