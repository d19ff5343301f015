package sizing_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// sample is the call that docs/rightsizing.md works by hand.
func sample() sizing.Workload {
	return sizing.Workload{DatasetBytes: 1e12, Transformations: []string{"join", "aggregate"}, TargetSeconds: 900}
}

func options(t testing.TB) sizing.Options {
	t.Helper()
	table, err := sizing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return sizing.Options{Prices: table}
}

func advise(t testing.TB, w sizing.Workload) sizing.Advice {
	t.Helper()
	a, err := sizing.Advise(w, options(t))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func near(got, want, share float64) bool { return math.Abs(got-want) <= share*want }

// TestSample: 953,674 MiB. Likely: 953674/10 + 953674/15 + 143051/40 =
// 162,522 core-seconds; in 840 s at 85 % that is 227.6 cores, 57 executors
// with 4 each. The real Databricks job closest to it took 167,300.
func TestSample(t *testing.T) {
	a := advise(t, sample())
	for name, c := range map[string]struct{ got, want float64 }{
		"good core-seconds":   {a.CoreSeconds.Low, 88728},
		"likely core-seconds": {a.CoreSeconds.Central, 162522},
		"bad core-seconds":    {a.CoreSeconds.High, 341141},
	} {
		if !near(c.got, c.want, 0.0005) {
			t.Errorf("%s: %.0f, want %.0f", name, c.got, c.want)
		}
	}
	if want := (sizing.Range[int]{Low: 32, Central: 57, High: 120}); a.Recommendation.Executors != want {
		t.Errorf("executors %+v, want %+v", a.Recommendation.Executors, want)
	}
	// 57 nodes at 0.192 for a quarter of an hour less a rounding, and one core.
	if !near(a.Cost.OnDemand.Central, 57*0.192*a.Duration.Central/3600+0.048*a.Duration.Central/3600, 0.001) {
		t.Errorf("cost %+v", a.Cost)
	}
	if a.Cost.OnDemand.Low < 1.4 || a.Cost.OnDemand.High > 6 || a.Cost.Spot.Central >= a.Cost.OnDemand.Central {
		t.Errorf("cost %+v", a.Cost)
	}
	if a.Binding.ID != "work" || !a.Attainable || a.Duration.Central > 900 {
		t.Errorf("%+v %v %v", a.Binding, a.Attainable, a.Duration)
	}
	r := a.Recommendation
	// 300 + 4·128·3·2/0.6 = 5420 MiB, in whole GiB; a tenth beside it.
	if r.ExecutorMemoryMiB.Central != 6144 || r.MemoryOverheadMiB != 614 || r.PodMemoryMiB != 6758 {
		t.Errorf("%+v", r)
	}
	if r.Partitions.Central%(57*4) != 0 || r.Partitions.Central < 7451 {
		t.Errorf("%d partitions", r.Partitions.Central)
	}
}

// TestDesignShape: ten executors with two cores are told what they would take.
func TestDesignShape(t *testing.T) {
	w := sample()
	w.Executors, w.ExecutorCores = 10, 2
	a := advise(t, w)
	if a.Given == nil || !near(a.Given.Duration.Central, 60+162522/(20*0.85), 0.001) {
		t.Fatalf("%+v", a.Given)
	}
	if len(a.Warnings) == 0 || !strings.Contains(strings.Join(a.Warnings, "\n"), "10 executors with 2 cores take 2h40m, not 15m") {
		t.Errorf("%q", a.Warnings)
	}
	w.TargetSeconds = 0
	if a := advise(t, w); a.Recommendation.Executors.Central != 10 || a.Binding.ID != "given" {
		t.Errorf("%+v", a.Recommendation)
	}
}

// TestQuery: a query on columnar tables needs what TPC-DS did.
func TestQuery(t *testing.T) {
	w := sample()
	w.Profile = sizing.SQL
	a := advise(t, w)
	if want := (sizing.Range[int]{Low: 1, Central: 2, High: 4}); a.Recommendation.Executors != want || a.CoreSeconds.Low != 1720 {
		t.Errorf("%+v %+v", a.Recommendation.Executors, a.CoreSeconds)
	}
	w.ScannedFraction = 0.1
	if a := advise(t, w); !near(a.CoreSeconds.Central, 16252, 0.001) {
		t.Errorf("a fraction that is known: %+v", a.CoreSeconds)
	}
}

// TestNeverBelowCriticalPath: for whatever target and number of executors, no
// promise is faster than one chain of tasks, and more executors are never
// slower.
func TestNeverBelowCriticalPath(t *testing.T) {
	for _, names := range [][]string{nil, {"join"}, {"join", "aggregate", "sort", "window", "write"}, {"filter", "broadcast-join"}} {
		for _, size := range []int64{1, 1e6, 1e9, 1e12, 1e15} {
			for _, target := range []float64{1, 61, 120, 900, 86400} {
				w := sizing.Workload{DatasetBytes: size, Transformations: names, TargetSeconds: target}
				a := advise(t, w)
				if a.Duration.Central < a.Least.Central || a.Least.Central <= 60 {
					t.Errorf("%v %d: promises %v, least %v", names, size, a.Duration, a.Least)
				}
				if a.Attainable && a.Binding.ID != "max-executors" && a.Duration.Central > target {
					t.Errorf("%v %d %gs: attainable, but %v", names, size, target, a.Duration)
				}
				if !a.Attainable && (a.Duration.Central <= target || len(a.Warnings) == 0) {
					t.Errorf("%v %d %gs: not attainable, but %v, %q", names, size, target, a.Duration, a.Warnings)
				}
				last := math.Inf(1)
				for _, p := range a.Curve {
					if p.Seconds.Central > last || p.Seconds.Central < a.Least.Central || p.Seconds.Low > p.Seconds.High || p.OnDemand <= 0 {
						t.Fatalf("%v %d: curve %+v", names, size, p)
					}
					last = p.Seconds.Central
				}
				if _, err := json.Marshal(a); err != nil {
					t.Errorf("%v %d: %v", names, size, err)
				}
			}
		}
	}
}

func TestLimitOfExecutors(t *testing.T) {
	w := sample()
	w.MaxExecutors = 20
	a := advise(t, w)
	if a.Recommendation.Executors != (sizing.Range[int]{Low: 20, Central: 20, High: 20}) || a.Binding.ID != "max-executors" || a.Duration.Central < 900 {
		t.Errorf("%+v %+v %v", a.Recommendation.Executors, a.Binding, a.Duration)
	}
}

// TestWhatMatters: each input moves the answer in the direction that it must.
func TestWhatMatters(t *testing.T) {
	base := advise(t, sample())
	tests := map[string]struct {
		change func(*sizing.Workload)
		holds  func(sizing.Advice) bool
	}{
		"python needs a larger pod": {
			func(w *sizing.Workload) { w.PySpark = true },
			func(a sizing.Advice) bool {
				return a.Recommendation.MemoryOverheadMiB == 2457 && a.Recommendation.ExecutorMemoryMiB == base.Recommendation.ExecutorMemoryMiB
			},
		},
		"idle slots need more executors": {
			func(w *sizing.Workload) { w.Utilisation = 0.6 },
			func(a sizing.Advice) bool { return a.Recommendation.Executors.Central == 81 },
		},
		"writing takes time": {
			func(w *sizing.Workload) { w.Transformations = append(w.Transformations, "write") },
			func(a sizing.Advice) bool { return a.CoreSeconds.Central > base.CoreSeconds.Central },
		},
		"writing more takes longer": {
			func(w *sizing.Workload) { w.Transformations, w.OutputRatio = []string{"join", "write"}, 2 },
			func(a sizing.Advice) bool {
				return near(a.Steps[2].CoreSeconds.Central, 2*953674/15.8, 0.001)
			},
		},
		"filters are in the scan": {
			func(w *sizing.Workload) { w.Transformations = []string{"scan", "filter", "join", "aggregate"} },
			func(a sizing.Advice) bool { return a.CoreSeconds == base.CoreSeconds },
		},
		"what is not shuffled is read faster": {
			func(w *sizing.Workload) { w.Transformations = []string{"filter"} },
			func(a sizing.Advice) bool {
				return a.Steps[0].Rate.Central == 12 && a.Recommendation.LocalDiskMiB.High == 0
			},
		},
		"smaller executors are more": {
			func(w *sizing.Workload) { w.ExecutorCores = 2 },
			func(a sizing.Advice) bool {
				return a.Recommendation.Executors.Central == 114 && a.Recommendation.ExecutorMemoryMiB.Central == 3072
			},
		},
	}
	for name, tt := range tests {
		w := sample()
		tt.change(&w)
		if a := advise(t, w); !tt.holds(a) {
			t.Errorf("%s: %+v, %+v", name, a.Recommendation, a.CoreSeconds)
		}
	}
}

// TestMeasuredRates replace ours class by class.
func TestMeasuredRates(t *testing.T) {
	o := options(t)
	o.Rates = sizing.Rates{sizing.ClassJoin: {Low: 60, Central: 30, High: 20}}
	a, err := sizing.Advise(sample(), o)
	if err != nil {
		t.Fatal(err)
	}
	if a.Steps[1].Rate.Central != 30 || a.Steps[0].Rate.Central != 10 || !strings.Contains(a.Assumptions[0], "join were measured") {
		t.Errorf("%+v\n%s", a.Steps, a.Assumptions[0])
	}
}

func TestValidate(t *testing.T) {
	w := sizing.Workload{Profile: "olap", ScannedFraction: 2, OutputRatio: -1, Utilisation: 7, ExecutorCores: 99, Executors: -1, MaxExecutors: -1, Transformations: []string{"jion"}}
	err := w.Validate()
	for _, want := range []string{"dataset-size", "target-duration", "olap", "scanned-fraction", "output-ratio", "utilisation", "executor-cores", "executors", "max-executors", `"jion"`} {
		if want == "target-duration" {
			continue // A shape is given, though a wrong one.
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %s in: %v", want, err)
		}
	}
	if err := (sizing.Workload{DatasetBytes: 1}).Validate(); err == nil || !strings.Contains(err.Error(), "target-duration") {
		t.Errorf("%v", err)
	}
}
