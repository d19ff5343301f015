package component

import (
	"strconv"
	"sync"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// prices is the table that the program carries, parsed once: the wizard plans
// on every key press.
var prices = sync.OnceValues(sizing.Embedded)

// PriceOptions are the prices that the answers name; false when they name
// none.
func PriceOptions(s spec.Spec) (sizing.Options, bool) {
	table, err := prices()
	o := sizing.Options{Prices: table, Cloud: s.Workload.Cloud, Instance: s.Workload.Instance}
	if s.Workload.Cloud == spec.NoCloud {
		o.Cloud, o.Instance = "", "" // Shapes need a machine all the same.
	}
	if err == nil {
		_, err = table.Pick(o.Cloud, o.Instance)
	}
	return o, err == nil
}

// Advise sizes the executors for the workload. It is false when there is none,
// or when its answers do not make sense yet; whether they do is
// question.Validate's business.
func Advise(s spec.Spec) (sizing.Advice, bool) {
	in := s.Workload
	if in.DatasetSize == "" {
		return sizing.Advice{}, false
	}
	w := sizing.Workload{
		Profile: sizing.Profile(in.Profile), ScannedFraction: share(in.ScannedFraction), OutputRatio: share(in.OutputRatio), Utilisation: share(in.Utilisation),
		ExecutorCores: in.ExecutorCores, MaxExecutors: in.MaxExecutors, PySpark: in.PySpark,
	}
	var errs [3]error
	w.DatasetBytes, errs[0] = sizing.ParseSize(in.DatasetSize)
	w.TargetSeconds, errs[1] = sizing.ParseDuration(in.Target)
	w.Transformations, errs[2] = sizing.ParseTransformations(in.Transformations)
	o, known := PriceOptions(s)
	if errs != [3]error{} || !known {
		return sizing.Advice{}, false
	}
	a, err := sizing.Advise(w, o)
	return a, err == nil
}

// Sized are the answers with the executors that the workload needs, when there
// is one. The least number of executors stays as answered.
func Sized(s spec.Spec, a sizing.Advice) spec.Spec {
	r := a.Recommendation
	s.Spark.Executor.Cores = r.ExecutorCores
	s.Spark.Executor.Memory = strconv.FormatInt(r.ExecutorMemoryMiB.Central>>10, 10) + "g"
	s.Spark.Executor.Max = max(1, s.Spark.Executor.Min, r.Executors.Central)
	return s
}

// share reads a number that may be left open; what is none counts as open.
func share(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}
