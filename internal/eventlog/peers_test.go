package eventlog_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

const rapids = "nvidia-spark-rapids-tools/core/src/test/resources"

// row is a line of a CSV file by the names of its columns.
type row map[string]string

func (r row) number(t *testing.T, column string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(r[column], 10, 64)
	if err != nil {
		t.Fatalf("column %s: %v", column, err)
	}
	return n
}

func table(t *testing.T, name string) []row {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(open(t, name)))
	r.LazyQuotes = true
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, line := range lines[1:] {
		one := row{}
		for i, column := range lines[0] {
			one[column] = line[i]
		}
		rows = append(rows, one)
	}
	return rows
}

// sums are what both we and the profiling tool of RAPIDS say about a stage, a job or a query. It converts nanoseconds to
// milliseconds task by task, so up to a millisecond of each task is missing there: those are not compared but bounded.
type sums struct {
	Tasks, Wall, WallMax, WallMin, RunTime, GC, Deserialize, Serialization      int64
	Input, InputRecords, Output, OutputRecords, MemorySpill, DiskSpill          int64
	LocalBlocks, LocalBytes, RemoteBlocks, RemoteBytes, ToDisk, Read, FetchWait int64
	Written, RecordsWritten                                                     int64
}

func theirs(t *testing.T, r row) sums {
	t.Helper()
	n := func(column string) int64 { return r.number(t, column) }
	return sums{
		n("numTasks"), n("durationSum"), n("durationMax"), n("durationMin"), n("executorRunTimeSum"), n("jvmGCTimeSum"),
		n("executorDeserializeTimeSum"), n("resultSerializationTimeSum"), n("inputBytesReadSum"), n("inputRecordsReadSum"),
		n("outputBytesWrittenSum"), n("outputRecordsWrittenSum"), n("memoryBytesSpilledSum"), n("diskBytesSpilledSum"),
		n("srLocalBlocksFetchedSum"), n("srcLocalBytesReadSum"), n("srRemoteBlocksFetchSum"), n("srRemoteBytesReadSum"),
		n("srRemoteBytesReadToDiskSum"), n("srTotalBytesReadSum"), n("srFetchWaitTimeSum"), n("swBytesWrittenSum"), n("swRecordsWrittenSum"),
	}
}

func ours(stages []*eventlog.Stage) (sums, eventlog.Metrics) {
	var m eventlog.Metrics
	var s sums
	s.WallMin = 1 << 62
	for _, stage := range stages {
		m.Add(stage.Metrics)
		for _, task := range stage.Tasks {
			s.Tasks++
			s.Wall += int64(task.Duration)
			s.WallMax, s.WallMin = max(s.WallMax, int64(task.Duration)), min(s.WallMin, int64(task.Duration))
		}
	}
	s.RunTime, s.GC, s.Deserialize, s.Serialization = m.RunTime, m.GCTime, m.DeserializeTime, m.ResultSerialization
	s.Input, s.InputRecords, s.Output, s.OutputRecords = m.Input, m.InputRecords, m.Output, m.OutputRecords
	s.MemorySpill, s.DiskSpill = m.MemorySpill, m.DiskSpill
	s.LocalBlocks, s.LocalBytes, s.RemoteBlocks, s.RemoteBytes = m.LocalBlocks, m.LocalRead, m.RemoteBlocks, m.RemoteRead
	s.ToDisk, s.Read, s.FetchWait, s.Written, s.RecordsWritten = m.RemoteReadToDisk, m.ShuffleRead(), m.FetchWait, m.ShuffleWrite, m.ShuffleWriteRecords
	return s, m
}

// TestRapidsProfiling: a query of Photon, by stage, by job and as a whole. Its log was compressed with a window of 128 MiB.
func TestRapidsProfiling(t *testing.T) {
	a := read(t, path.Join(rapids, "spark-events-qualification", "nds_q88_photon_db_13_3.zstd"))
	if !a.Photon || !a.Databricks {
		t.Errorf("Photon %v, Databricks %v", a.Photon, a.Databricks)
	}
	of := map[string]func(row) func(*eventlog.Stage) bool{
		"stage": func(r row) func(*eventlog.Stage) bool {
			id := r.number(t, "id")
			return func(s *eventlog.Stage) bool { return int64(s.ID) == id }
		},
		"job": func(r row) func(*eventlog.Stage) bool {
			id := r.number(t, "id")
			return func(s *eventlog.Stage) bool { return int64(s.Job) == id }
		},
		"sql": func(r row) func(*eventlog.Stage) bool {
			id := r.number(t, "sqlId")
			return func(s *eventlog.Stage) bool { return s.SQL == id }
		},
	}
	for by, match := range of {
		rows := table(t, path.Join(rapids, "ProfilingExpectations", "nds_q88_photon_db_13_3_"+by+"_metrics_agg_expectation.csv"))
		if len(rows) == 0 {
			t.Fatal("nothing expected")
		}
		for _, r := range rows {
			var stages []*eventlog.Stage
			for i := range a.Stages {
				if match(r)(&a.Stages[i]) {
					stages = append(stages, &a.Stages[i])
				}
			}
			got, m := ours(stages)
			if diff := cmp.Diff(theirs(t, r), got); diff != "" {
				t.Errorf("%s %s%s (-RAPIDS +ours):\n%s", by, r["id"], r["sqlId"], diff)
			}
			if cpu := m.CPUTime/1e6 - r.number(t, "executorCPUTimeSum"); cpu < 0 || cpu > got.Tasks {
				t.Errorf("%s %s: CPU time differs by %d ms over %d tasks", by, r["id"], cpu, got.Tasks)
			}
		}
	}
}

// TestRapidsQualification: durations of applications and of queries as the qualification tool of RAPIDS has them.
func TestRapidsQualification(t *testing.T) {
	for _, c := range []struct{ expected, log string }{
		{"jdbc_eventlog", "jdbc_eventlog.zstd"},
		{"dsv1_complex", "complex_dec_eventlog.zstd"},
		{"eventlog_rolling", "eventlog_v2_local-1623876083964"},
		{"db_eventlog_rolling", "db_sim_eventlog"},
		{"support_multiple_attempts", "multiple_attempts/attempt_4_eventlog.zstd"},
		{"nested_dsv2", "eventlog_nested_dsv2"},
		{"nested_type_eventlog", "nested_type_eventlog"},
		{"writeformat_eventlog", "writeformat_eventlog"},
		{"photon_db_13_3", "nds_q88_photon_db_13_3.zstd"},
	} {
		t.Run(c.expected, func(t *testing.T) {
			a := read(t, path.Join(rapids, "spark-events-qualification", c.log))
			dir := path.Join(rapids, "QualificationExpectations", c.expected)
			app := table(t, path.Join(dir, "apps_summary.csv"))[0]
			if app["App ID"] != a.ID || app["App Name"] != a.Name {
				t.Errorf("%s %q, want %s %q", a.ID, a.Name, app["App ID"], app["App Name"])
			}
			// Without the event that ends an application they take the end of its last query or job; we take the last time in the
			// log, which is that of an executor or a task. Theirs is never later.
			estimated := app["App Duration Estimated"] == "true"
			if want := app.number(t, "App Duration"); a.Duration() != want && (!estimated || a.Duration() < want) {
				t.Errorf("ran %d ms, want %d", a.Duration(), want)
			}
			if estimated == a.Ended {
				t.Errorf("ended: %v, their duration is estimated: %v", a.Ended, estimated)
			}
			for _, q := range table(t, path.Join(dir, a.ID, "persql.csv")) {
				i := index(a.SQL, q.number(t, "SQL ID"))
				if i < 0 {
					t.Errorf("query %s is not there", q["SQL ID"])
				} else if got := a.SQL[i].End - a.SQL[i].Start; got != q.number(t, "SQL DF Duration") {
					t.Errorf("query %s took %d ms, want %s", q["SQL ID"], got, q["SQL DF Duration"])
				}
			}
		})
	}
}

func index(all []eventlog.SQL, id int64) int {
	for i := range all {
		if all[i].ID == id {
			return i
		}
	}
	return -1
}

// TestSparklens: sums and extremes that Sparklens keeps by application and by stage.
func TestSparklens(t *testing.T) {
	const dir = "qubole-sparklens/src/test/event-history-test-files/"
	a := read(t, dir+"local-1532512550423")
	type value struct{ Value, Min, Max int64 }
	type metrics struct {
		Count int              `json:"count"`
		Map   map[string]value `json:"map"`
	}
	var want struct {
		AppMetrics metrics `json:"appMetrics"`
		AppInfo    struct {
			ID    string `json:"applicationID"`
			Start int64  `json:"startTime"`
			End   int64  `json:"endTime"`
		} `json:"appInfo"`
		Executors map[string]struct{ Cores int } `json:"executorMap"`
		Stages    map[string]struct {
			Metrics metrics `json:"stageMetrics"`
			Times   string  `json:"taskExecutionTimes"`
		} `json:"stageMap"`
	}
	// Its numbers are sometimes fractions, which do not matter here.
	if err := json.Unmarshal(open(t, dir+"local-1532512550423.sparklens.json"), &want); err != nil {
		t.Fatal(err)
	}
	if want.AppInfo.ID != a.ID || want.AppInfo.Start != a.Start || want.AppInfo.End != a.End {
		t.Errorf("%s from %d to %d, want %+v", a.ID, a.Start, a.End, want.AppInfo)
	}
	if want.Executors["driver"].Cores != a.CoresPerExecutor() {
		t.Errorf("%d cores", a.CoresPerExecutor())
	}
	var all []*eventlog.Stage
	for i := range a.Stages {
		s := &a.Stages[i]
		all = append(all, s)
		expect := want.Stages[strconv.Itoa(s.ID)]
		compareSparklens(t, expect.Metrics.Map, []*eventlog.Stage{s})
		var times []string
		for _, task := range s.Tasks {
			times = append(times, strconv.Itoa(int(task.RunTime)))
		}
		if got := "[" + strings.Join(times, ",") + "]"; got != expect.Times {
			t.Errorf("stage %d: times of its tasks are %s, want %s", s.ID, got, expect.Times)
		}
	}
	if n := eventlog.Observe(a).Tasks; n != want.AppMetrics.Count {
		t.Errorf("%d tasks, want %d", n, want.AppMetrics.Count)
	}
	compareSparklens(t, want.AppMetrics.Map, all)
}

func compareSparklens[V ~struct{ Value, Min, Max int64 }](t *testing.T, want map[string]V, stages []*eventlog.Stage) {
	t.Helper()
	got, m := ours(stages)
	for name, n := range map[string]int64{
		"taskDuration": got.Wall, "executorRuntime": got.RunTime, "resultSize": m.ResultBytes, "jvmGCTime": got.GC,
		"inputBytesRead": got.Input, "outputBytesWritten": got.Output, "shuffleWriteBytesWritten": got.Written,
		"shuffleReadBytesRead": got.Read, "memoryBytesSpilled": got.MemorySpill, "diskBytesSpilled": got.DiskSpill,
	} {
		w, has := want[name]
		v := struct{ Value, Min, Max int64 }(w)
		if !has || v.Value != n || name == "taskDuration" && (v.Min != got.WallMin || v.Max != got.WallMax) {
			t.Errorf("%s is %d (%d to %d), want %+v", name, n, got.WallMin, got.WallMax, v)
		}
	}
}
