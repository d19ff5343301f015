package eventlog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// TestFindings: each finding appears when its threshold is passed, and does not when it is just reached.
func TestFindings(t *testing.T) {
	const gib, mib = 1 << 30, 1 << 20
	stage := func(change func(*eventlog.Stage)) func(*eventlog.Application) {
		return func(a *eventlog.Application) { change(&a.Stages[0]) }
	}
	dist := func(n int, median, most int64) eventlog.Dist {
		return eventlog.Dist{N: n, P50: median, P95: median, Max: most}
	}
	heap := func(peak int64) func(*eventlog.Application) {
		return func(a *eventlog.Application) {
			a.Properties["spark.executor.memory"] = "4g"
			a.Executors[0].PeakHeap = peak
		}
	}
	for _, c := range []struct {
		id        string
		at, above func(*eventlog.Application)
	}{
		{"failed-tasks", stage(func(s *eventlog.Stage) { s.Failed = 10 }), stage(func(s *eventlog.Stage) { s.Failed = 11 })},
		{
			"lost-executors",
			func(a *eventlog.Application) {
				a.Executors[0].Removed, a.Executors[0].Reason = 5000, "Executor killed by driver: idle"
			},
			func(a *eventlog.Application) {
				a.Executors[0].Removed, a.Executors[0].Reason = 5000, "Container killed: exit code 137"
			},
		},
		{"skew", stage(func(s *eventlog.Stage) { s.RunTimes = dist(9, 600, 6000) }), stage(func(s *eventlog.Stage) { s.RunTimes = dist(9, 600, 6001) })},
		{"skew", stage(func(s *eventlog.Stage) { s.RunTimes = dist(9, 1, 5000) }), stage(func(s *eventlog.Stage) { s.RunTimes = dist(9, 0, 5001) })},
		{"spill", stage(func(s *eventlog.Stage) { s.Metrics.DiskSpill = gib - 1 }), stage(func(s *eventlog.Stage) { s.Metrics.DiskSpill = gib })},
		{"gc", stage(func(s *eventlog.Stage) { s.Metrics.GCTime = 100 }), stage(func(s *eventlog.Stage) { s.Metrics.GCTime = 101 })},
		{"small-tasks", stage(func(s *eventlog.Stage) { s.RunTimes = dist(5000, 499, 600) }), stage(func(s *eventlog.Stage) { s.RunTimes = dist(5001, 499, 600) })},
		{"large-tasks", stage(func(s *eventlog.Stage) { s.Inputs = dist(9, 1, 5*gib) }), stage(func(s *eventlog.Stage) { s.Inputs = dist(9, 1, 5*gib+1) })},
		{
			"small-files-read",
			func(a *eventlog.Application) {
				a.SQL = []eventlog.SQL{{Files: eventlog.Files{Read: 101, ReadBytes: 101 * 3 * mib}}}
			},
			func(a *eventlog.Application) {
				a.SQL = []eventlog.SQL{{Files: eventlog.Files{Read: 101, ReadBytes: 101 * 3 * (mib - 1)}}}
			},
		},
		{
			"small-files-written",
			func(a *eventlog.Application) {
				a.SQL = []eventlog.SQL{{Files: eventlog.Files{Written: 100, WrittenBytes: 100}}}
			},
			func(a *eventlog.Application) {
				a.SQL = []eventlog.SQL{{Files: eventlog.Files{Written: 101, WrittenBytes: 101}}, {Files: eventlog.Files{Written: 500, WrittenBytes: 900}}}
			},
		},
		{"memory-high", heap(3891 * mib), heap(3892 * mib)},
		{"memory-low", heap(2868 * mib), heap(2867 * mib)},
		{"idle-cores", func(a *eventlog.Application) { a.End = 20_000 }, func(a *eventlog.Application) { a.End = 20_001 }},
	} {
		for i, change := range []func(*eventlog.Application){c.at, c.above} {
			a := &eventlog.Application{
				Start: 1, End: 10_000, Properties: map[string]string{}, Executors: []eventlog.Executor{{ID: "1", Cores: 10, Tasks: 100}},
				Stages: []eventlog.Stage{{Tasks: make([]eventlog.Task, 100), Metrics: eventlog.Metrics{RunTime: 1000}}},
			}
			for k := range a.Stages[0].Tasks {
				a.Stages[0].Tasks[k].Duration = 1000
			}
			change(a)
			var ids []string
			for _, f := range eventlog.Findings(a) {
				ids = append(ids, f.ID)
				for what, text := range map[string]string{"title": f.Title, "says": f.Says, "evidence": f.Evidence, "threshold": f.Threshold, "source": f.Source, "remedy": f.Remedy} {
					if text == "" || strings.Contains(text, "%!") {
						t.Errorf("%s has %s %q", f.ID, what, text)
					}
				}
			}
			want := "[]"
			if i == 1 {
				want = "[" + c.id + "]"
			}
			if got := fmt.Sprint(ids); got != want {
				t.Errorf("%s: %s, want %s", c.id, got, want)
			}
		}
	}
}

// TestFindingsOfLogs: what is known to be wrong with some logs of other projects.
func TestFindingsOfLogs(t *testing.T) {
	for log, want := range map[string]string{
		spark + "/spark-events/app-20161115172038-0000":                                             "failed-tasks",
		rapids + "/spark-events-profiling/gpu_oom_eventlog.zstd":                                    "memory-low",
		"kubeflow-mcp-shs/examples/basic/events/eventlog_v2_spark-110be3a8424d4a2789cb88134418217b": "memory-high",
		"aws-emr-advisor/src/test/resources/job_spark_shell":                                        "memory-low",
	} {
		var ids []string
		for _, f := range eventlog.Findings(read(t, log)) {
			ids = append(ids, f.ID)
			t.Logf("%s: %s; %s", f.ID, f.Says, f.Evidence)
		}
		if !strings.Contains(fmt.Sprint(ids), want) {
			t.Errorf("%s: %v, want %s", log, ids, want)
		}
	}
}
