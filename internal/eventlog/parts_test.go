package eventlog_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// split makes a rolling log of n parts out of one log.
func split(data []byte, n int, suffix string) fstest.MapFS {
	lines := bytes.SplitAfter(data, []byte("\n"))
	fsys := fstest.MapFS{"log/appstatus_app-1" + suffix: {}}
	for i := range n {
		part := bytes.Join(lines[len(lines)*i/n:len(lines)*(i+1)/n], nil)
		fsys[fmt.Sprintf("log/events_%d_app-1", i+1)] = &fstest.MapFile{Data: part}
	}
	return fsys
}

func TestRolling(t *testing.T) {
	data := small(100)
	fsys := split(data, 12, "") // 10 comes after 9.
	var launches []int32
	a, err := eventlog.Read(fsys, "log", eventlog.Options{})
	if err != nil || len(a.Incomplete) > 0 || a.Bytes != int64(len(data)) {
		t.Fatal(err, a.Incomplete)
	}
	for _, task := range a.Stages[0].Tasks {
		launches = append(launches, task.Index)
	}
	for i, index := range launches {
		if int(index) != i {
			t.Fatalf("out of order: %v", launches)
		}
	}
	check := func(what, want string, change func(fstest.MapFS)) {
		t.Helper()
		fsys := split(data, 12, "")
		change(fsys)
		a, err := eventlog.Read(fsys, "log", eventlog.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(a.Incomplete, "; "); !strings.Contains(got, want) || got == "" != (want == "") {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	check("as it is", "", func(fstest.MapFS) {})
	check("a hole", "events_5_… is not there", func(f fstest.MapFS) { delete(f, "log/events_5_app-1") })
	check("no beginning", "events_1_… is not there", func(f fstest.MapFS) { delete(f, "log/events_1_app-1") })
	check("no end", "still being written", func(f fstest.MapFS) {
		f["log/appstatus_app-1.inprogress"] = &fstest.MapFile{}
		delete(f, "log/events_12_app-1")
	})
	before, _, _ := bytes.Cut(data, []byte(`{"Event":"SparkListenerTaskStart"`))
	check("compacted", "compacted", func(f fstest.MapFS) {
		f["log/events_3_app-1.compact"] = &fstest.MapFile{Data: before}
	})
	check("damaged", "1 of 209 lines are damaged", func(f fstest.MapFS) {
		part := f["log/events_4_app-1"]
		part.Data = append([]byte("{broken\n"), part.Data...)
	})
}

// TestResume reads a log that grows by some bytes each time. Every event comes once and in order, whatever was cut.
func TestResume(t *testing.T) {
	data := small(50)
	for codec, encoded := range encodings(t, data) {
		if strings.Contains(codec, "joined") {
			continue
		}
		var cursor eventlog.Cursor
		var indices []int
		names := map[string]int{}
		for end := 0; ; end += 700 {
			end = min(end, len(encoded))
			var err error
			cursor, err = eventlog.Events(fstest.MapFS{"log.inprogress": {Data: encoded[:end]}}, "log.inprogress", cursor, eventlog.Options{Tasks: true},
				func(e eventlog.Event) error {
					names[fmt.Sprintf("%T", e)]++
					if task, ok := e.(*eventlog.TaskEnd); ok {
						indices = append(indices, task.Index)
						if task.Executor != "1" || task.Metrics.RunTime != 90 {
							t.Errorf("%+v", task)
						}
					}
					return nil
				})
			if err != nil {
				t.Fatal(err)
			}
			if end == len(encoded) {
				break
			}
		}
		if !cursor.Ended || cursor.Bytes != int64(len(data)) || cursor.Lines != 108 {
			t.Errorf("%s: %+v", codec, cursor)
		}
		for i, index := range indices {
			if i != index {
				t.Fatalf("%s: %v", codec, indices)
			}
		}
		for _, name := range []string{"JobStart", "JobEnd", "StageSubmitted", "StageCompleted", "ApplicationStart", "ApplicationEnd", "LogStart"} {
			if n := names["*eventlog."+name]; n != 1 {
				t.Errorf("%s: %d × %s", codec, n, name)
			}
		}
		if len(indices) != 50 {
			t.Errorf("%s: %d tasks", codec, len(indices))
		}
	}
}

// TestResumeRolling goes on in the next file, and after a compaction.
func TestResumeRolling(t *testing.T) {
	fsys := split(small(50), 4, ".inprogress")
	last := fsys["log/events_4_app-1"]
	delete(fsys, "log/events_4_app-1")
	count := 0
	visit := func(eventlog.Event) error { count++; return nil }
	cursor, err := eventlog.Events(fsys, "log", eventlog.Cursor{}, eventlog.Options{Tasks: true}, visit)
	if err != nil || cursor.Part != "events_3_app-1" || cursor.Ended {
		t.Fatal(err, cursor)
	}
	fsys["log/events_4_app-1"] = last
	fsys["log/events_3_app-1.compact"] = &fstest.MapFile{}
	for _, n := range []string{"1", "2", "3"} {
		delete(fsys, "log/events_"+n+"_app-1")
	}
	cursor, err = eventlog.Events(fsys, "log", cursor, eventlog.Options{Tasks: true}, visit)
	if err != nil || !cursor.Ended || cursor.Part != "events_4_app-1" || count != 58 {
		t.Fatal(err, cursor, count)
	}
	// Nothing new: nothing is said again.
	if again, err := eventlog.Events(fsys, "log", cursor, eventlog.Options{Tasks: true}, visit); err != nil || again != cursor || count != 58 {
		t.Fatal(err, again, count)
	}
	// A visitor that fails gets the event again.
	broken := errors.New("broken")
	whole := fstest.MapFS{"log": {Data: small(50)}}
	cursor, err = eventlog.Events(whole, "log", eventlog.Cursor{}, eventlog.Options{}, func(eventlog.Event) error { return broken })
	if !errors.Is(err, broken) || cursor.Bytes != 0 || cursor.Lines != 0 {
		t.Fatal(err, cursor)
	}
}

// TestLongLines: a plan of many megabytes is read whole, and one beyond the limit costs only itself.
func TestLongLines(t *testing.T) {
	long := `{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":7,"description":"d","physicalPlanDescription":"` +
		strings.Repeat(`a \"quoted\" plan, `, 200_000) + `","sparkPlanInfo":{},"time":1700000000900}` + "\n"
	data := append([]byte(long), small(10)...)
	a, err := eventlog.Read(fstest.MapFS{"log": {Data: data}}, "log", eventlog.Options{})
	if err != nil || len(a.SQL) != 1 || a.SQL[0].Start != 1700000000900 || len(a.Incomplete) > 0 {
		t.Fatal(err, a.SQL, a.Incomplete)
	}
	a, err = eventlog.Read(fstest.MapFS{"log": {Data: data}}, "log", eventlog.Options{MaxLine: 1 << 20})
	if err != nil || len(a.Jobs) != 1 || !strings.Contains(strings.Join(a.Incomplete, ""), "1 lines were too long") {
		t.Fatal(err, a.SQL, a.Incomplete)
	}
}

// TestArchive: logs inside of a zip archive are read without unpacking them.
func TestArchive(t *testing.T) {
	for archive, name := range map[string]string{"databricks-rollover.zip": "databricks_example_1", "databricks.zip": "eventlog-2"} {
		data := open(t, "synccomputing-spark-log-parser/tests/logs/"+archive)
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		a, err := eventlog.Read(z, name, eventlog.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o := eventlog.Observe(&a)
		t.Logf("%s: %+v", archive, o)
		if !a.Databricks || o.Tasks == 0 || o.ExecutorRunTimeMs == 0 || o.DurationMs == 0 {
			t.Errorf("%s: %+v", archive, o)
		}
	}
}
