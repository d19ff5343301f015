package replay_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/replay"
)

// two is an application on one executor of two cores, whose times can be added up by hand: the driver takes 1 s, then stage 0
// has four tasks of 10 s, then stage 1 one of 5 s, and the driver takes 2 s more.
func two() *eventlog.Application {
	task := func(launch, took int32) eventlog.Task {
		return eventlog.Task{Launch: launch, Duration: took, RunTime: took - 100}
	}
	const start = 1_700_000_000_000
	return &eventlog.Application{
		ID: "app-1", Start: start, End: start + 28_000, Ended: true, Properties: map[string]string{"spark.executor.instances": "1"},
		Executors: []eventlog.Executor{{ID: "1", Cores: 2, Added: start + 500, Tasks: 5}},
		Jobs:      []eventlog.Job{{ID: 0, Start: start + 1000, End: start + 26_000, Stages: []int{0, 1}, SQL: -1}},
		Stages: []eventlog.Stage{{
			StageInfo: eventlog.StageInfo{ID: 0, NumTasks: 4, Submitted: start + 1000, Completed: start + 21_000}, SQL: -1,
			Tasks: []eventlog.Task{task(1000, 10_000), task(1000, 10_000), task(11_000, 10_000), task(11_000, 10_000)},
		}, {
			StageInfo: eventlog.StageInfo{ID: 1, NumTasks: 1, Parents: []int{0}, Submitted: start + 21_000, Completed: start + 26_000}, SQL: -1,
			Tasks: []eventlog.Task{task(21_000, 5000)},
		}},
	}
}

func TestByHand(t *testing.T) {
	r := replay.Run(two(), replay.Options{MaxExecutors: 3})
	if r.ActualMs != 28_000 || r.SimulatedMs != 28_000 || r.ErrorPercent != 0 {
		t.Errorf("really %d, simulated %d", r.ActualMs, r.SimulatedMs)
	}
	// 1 s, one wave of 10 s, 5 s, 2 s: nothing makes that shorter.
	if r.CriticalPathMs != 18_000 {
		t.Errorf("critical path %d", r.CriticalPathMs)
	}
	// Sparklens leaves out the 0.1 s that tasks spend outside of executorRunTime: three waves of them.
	if r.SparklensMs != 28_000-300 || r.DriverMs != 3000 {
		t.Errorf("Sparklens %d, driver %d", r.SparklensMs, r.DriverMs)
	}
	want := []replay.Point{
		{Executors: 1, Cores: 2, Ms: 28_000, CoreSeconds: 55, Busy: 45. / 55},
		{Executors: 2, Cores: 4, Ms: 18_000, CoreSeconds: 70, Busy: 45. / 70},
		{Executors: 3, Cores: 6, Ms: 18_000, CoreSeconds: 105, Busy: 45. / 105},
	}
	if diff := cmp.Diff(want, r.Curve); diff != "" {
		t.Error(diff)
	}
	if r.Knee.Executors != 2 {
		t.Errorf("knee at %d", r.Knee.Executors)
	}
	// One core each: four waves.
	if p := replay.At(two(), replay.Options{Cores: 1}, 1); p.Ms != 48_000 {
		t.Errorf("one core takes %d", p.Ms)
	}
	// Executors that come later: everything waits for them.
	if p := replay.At(two(), replay.Options{StartMs: 61_000}, 2); p.Ms != 18_000+60_000 {
		t.Errorf("executors after a minute take %d", p.Ms)
	}
}

// TestLost: an executor that goes takes its slots along, a job that waits for a killed task would wait for ever.
func TestLost(t *testing.T) {
	a := two()
	a.Executors = append(a.Executors, eventlog.Executor{ID: "2", Cores: 2, Added: a.Start + 500, Removed: a.Start + 11_000})
	a.Stages[0].Tasks[0].Flags = eventlog.TaskKilled
	a.Stages[0].Tasks[0].Duration = 60_000
	if r := replay.Run(a, replay.Options{}); r.SimulatedMs != 18_000 {
		t.Errorf("simulated %d", r.SimulatedMs)
	}
	a.Executors[0].Removed = a.Start + 2000 // The last slot stays, or nothing would ever end.
	if r := replay.Run(a, replay.Options{}); r.SimulatedMs < 18_000 {
		t.Errorf("simulated %d", r.SimulatedMs)
	}
}

func TestUnknown(t *testing.T) {
	for _, change := range []func(*eventlog.Application){
		func(a *eventlog.Application) { *a = eventlog.Application{} },
		func(a *eventlog.Application) { a.Jobs = nil },
		func(a *eventlog.Application) { a.Stages = nil },
		func(a *eventlog.Application) { a.End = 0 },
	} {
		a := two()
		change(a)
		if r := replay.Run(a, replay.Options{}); r.Unknown == "" || len(r.Curve) > 0 {
			t.Errorf("%+v", r)
		}
	}
}

// TestRandom makes applications at random, with loops among parents and times out of order as hostile logs have them: every
// replay ends, and none is faster than the critical path.
func TestRandom(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		a := two()
		a.Jobs, a.Stages = nil, nil
		for j := range 1 + rnd.IntN(5) {
			start := a.Start + rnd.Int64N(50_000)
			a.Jobs = append(a.Jobs, eventlog.Job{ID: j, Start: start, End: start + rnd.Int64N(20_000) - 1000, SQL: -1})
			for range rnd.IntN(4) {
				s := eventlog.Stage{Job: j, SQL: rnd.Int64N(3) - 1, StageInfo: eventlog.StageInfo{ID: len(a.Stages), Parents: []int{rnd.IntN(9)}}}
				s.Submitted = start + rnd.Int64N(9000)
				s.Completed = s.Submitted + rnd.Int64N(9000)
				for range rnd.IntN(30) {
					s.Tasks = append(s.Tasks, eventlog.Task{
						Launch: rnd.Int32N(90_000) - 10_000, Duration: rnd.Int32N(5000), Executor: rnd.Int32N(3), Flags: eventlog.TaskFlags(rnd.IntN(9)),
					})
				}
				a.Stages = append(a.Stages, s)
			}
		}
		r := replay.Run(a, replay.Options{MaxExecutors: 20})
		for _, p := range r.Curve {
			if p.Ms < r.CriticalPathMs {
				t.Fatalf("seed %d: %+v is faster than %d", seed, p, r.CriticalPathMs)
			}
		}
	}
}

func TestRecommend(t *testing.T) {
	settings := func(change func(*eventlog.Application)) string {
		a := two()
		change(a)
		var text string
		for _, s := range replay.Recommend(a, replay.Run(a, replay.Options{})) {
			text += fmt.Sprintf("%s %s->%s\n", s.Key, s.Was, s.Want)
		}
		return text
	}
	const gib = 1 << 30
	for _, c := range []struct {
		what   string
		want   string
		change func(*eventlog.Application)
	}{
		{"as it is", "spark.executor.instances 1->2\n", func(*eventlog.Application) {}},
		{"dynamic", "spark.dynamicAllocation.maxExecutors 9->2\n", func(a *eventlog.Application) {
			a.Properties = map[string]string{"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "9"}
		}},
		{"local", "", func(a *eventlog.Application) { a.Properties["spark.master"] = "local[2]" }},
		{"memory too high", "spark.executor.instances 1->2\nspark.executor.memory 8g->1536m\n", func(a *eventlog.Application) {
			a.Properties["spark.executor.memory"] = "8g"
			a.Executors[0].PeakHeap = gib + gib/8
		}},
		{"memory too low", "spark.executor.instances 1->2\nspark.executor.memory 8g->10g\n", func(a *eventlog.Application) {
			a.Properties["spark.executor.memory"] = "8g"
			a.Executors[0].PeakHeap = 8*gib - gib/8
		}},
		{"not measured is not zero", "spark.executor.instances 1->2\n", func(a *eventlog.Application) { a.Properties["spark.executor.memory"] = "8g" }},
		{"overhead", "spark.executor.instances 1->2\nspark.executor.memoryOverhead ->2458m\n", func(a *eventlog.Application) {
			a.Properties["spark.executor.memory"] = "8g"
			a.Executors[0].PeakRSS = 10 * gib
		}},
		{"partitions", "spark.executor.instances 1->2\nspark.sql.shuffle.partitions 1->80\n", func(a *eventlog.Application) {
			a.Properties["spark.sql.shuffle.partitions"] = "1"
			a.Stages[1].SQL = 0
			a.Stages[1].Metrics.RemoteRead = 10 * gib
			a.Stages[1].Metrics.DiskSpill = gib
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := settings(c.change); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestRates(t *testing.T) {
	a := two()
	for i, mib := range []int64{255, 300, 600} {
		a.Stages = append(a.Stages, eventlog.Stage{Kind: eventlog.KindScan, StageInfo: eventlog.StageInfo{ID: 10 + i}})
		m := &a.Stages[len(a.Stages)-1].Metrics
		m.Input, m.RunTime = mib<<20, 30_000
	}
	want := []replay.Rate{{Kind: eventlog.KindScan, Name: "scan", Stages: 2, Bytes: 900 << 20, Low: 10, Median: 20, High: 20}}
	if diff := cmp.Diff(want, replay.Rates(a)); diff != "" {
		t.Error(diff)
	}
}

func TestMiB(t *testing.T) {
	for text, want := range map[string]int64{"4g": 4096, "512m": 512, "1024": 1024, "2097152k": 2048, "": 7, "x": 7, "-1g": 7, "1t": 1 << 20, "6Gb": 6144} {
		if got := replay.MiB(text, 7); got != want {
			t.Errorf("%q is %d MiB, want %d", text, got, want)
		}
	}
}
