package otlp_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
)

// stage is a StageInfo with a name.
func stage(id, attempt int, submitted, completed int64, reason string) eventlog.StageInfo {
	return eventlog.StageInfo{
		ID: id, Attempt: attempt, Name: fmt.Sprintf("collect at x.py:%d", id), NumTasks: 2, Submitted: submitted, Completed: completed,
		FailureReason: reason, Metrics: eventlog.Metrics{RunTime: 7, CPUTime: 3e6, RemoteRead: 10, LocalRead: 5},
	}
}

// story is an application with one of everything: a query in a query, a stage that is tried twice and serves two jobs, a stage
// that is skipped, a job that fails, one that never ends.
func story() []eventlog.Event {
	query := map[string]string{"spark.sql.execution.id": "8", "spark.job.description": "the numbers"}
	return []eventlog.Event{
		&eventlog.LogStart{SparkVersion: "4.1.4"},
		&eventlog.ApplicationStart{ID: "spark-1", Name: "nightly", User: "ann", Time: 1000},
		&eventlog.SQLStart{ID: 7, Root: 7, Description: "insert", Time: 1010},
		&eventlog.SQLStart{ID: 8, Root: 7, Description: "scan\n  of it", Time: 1020},
		&eventlog.JobStart{ID: 0, Time: 1030, Stages: []eventlog.StageInfo{stage(0, 0, 0, 0, ""), stage(1, 0, 0, 0, ""), stage(2, 0, 0, 0, "")}, Properties: query},
		&eventlog.StageSubmitted{Stage: stage(1, 0, 1040, 0, "")},
		&eventlog.JobStart{ID: 1, Time: 1045, Stages: []eventlog.StageInfo{stage(1, 0, 0, 0, ""), stage(3, 0, 0, 0, "")}},
		&eventlog.StageCompleted{Stage: stage(1, 0, 1040, 1050, "FetchFailed(null, shuffleId=0)\norg.apache.spark.shuffle.FetchFailedException: gone")},
		&eventlog.StageSubmitted{Stage: stage(1, 1, 1055, 0, "")},
		&eventlog.StageCompleted{Stage: stage(1, 1, 1055, 1060, "")},
		&eventlog.StageSubmitted{Stage: stage(2, 0, 1061, 0, "")},
		&eventlog.StageCompleted{Stage: stage(2, 0, 1061, 1069, "")},
		&eventlog.JobEnd{ID: 0, Time: 1070, Succeeded: true},
		&eventlog.SQLEnd{ID: 8, Time: 1080},
		&eventlog.SQLEnd{ID: 7, Time: 1090, Error: "org.apache.spark.SparkException: disk full"},
		&eventlog.StageSubmitted{Stage: stage(3, 0, 1071, 0, "")},
		&eventlog.JobEnd{ID: 1, Time: 1095, Reason: "Job 1 cancelled"},
		&eventlog.JobStart{ID: 2, Time: 1096, Stages: []eventlog.StageInfo{stage(4, 0, 0, 0, "")}},
		&eventlog.ApplicationEnd{Time: 2000},
	}
}

func spans(t *testing.T, unit otlp.Unit, events []eventlog.Event) ([]*trace.Span, *otlp.Builder) {
	t.Helper()
	b := otlp.New(unit)
	var all []*trace.Span
	for _, e := range events {
		if err := b.Visit(e); err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Take()...)
	}
	b.Close()
	return append(all, b.Take()...), b
}

// tree draws spans as an indented list, in the order of their starts.
func tree(all []*trace.Span) string {
	byID := map[string]*trace.Span{}
	for _, s := range all {
		byID[string(s.SpanId)] = s
	}
	var out strings.Builder
	var draw func(parent, indent string)
	draw = func(parent, indent string) {
		for _, s := range all {
			if p := string(s.ParentSpanId); p != parent && (parent != "" || byID[p] != nil) {
				continue
			}
			fmt.Fprintf(&out, "%s%s %d-%d%s\n", indent, s.Name, s.StartTimeUnixNano/1e6, s.EndTimeUnixNano/1e6, marks(s, byID))
			draw(string(s.SpanId), indent+"  ")
		}
	}
	slices.SortStableFunc(all, func(a, b *trace.Span) int { return int(a.StartTimeUnixNano) - int(b.StartTimeUnixNano) })
	draw("", "")
	return out.String()
}

// marks is what is special about a span.
func marks(s *trace.Span, byID map[string]*trace.Span) string {
	out := ""
	if s.Status.Code == trace.Status_STATUS_CODE_ERROR {
		out += " error " + get(s, "error.type")
	}
	if get(s, "spark.incomplete") != "" {
		out += " incomplete"
	}
	for _, l := range s.Links {
		if to := byID[string(l.SpanId)]; to != nil {
			out += " -> " + to.Name
		} else {
			out += " -> ?"
		}
	}
	return out
}

func get(s *trace.Span, key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return strings.TrimSpace(strings.ReplaceAll(a.Value.String(), "\u00a0", " "))
		}
	}
	return ""
}

const wantApplication = `application nightly 1000-2000
  query insert 1010-1090 error string_value:"org.apache.spark.SparkException"
    query scan of it 1020-1080
      job collect at x.py:2 1030-1070
        stage collect at x.py:1 1040-1050 error string_value:"org.apache.spark.shuffle.FetchFailedException"
        stage collect at x.py:1 1055-1060
        stage collect at x.py:2 1061-1069
  job collect at x.py:3 1045-1095 error string_value:"_OTHER" -> stage collect at x.py:1
    stage collect at x.py:3 1071-2000 incomplete
  job collect at x.py:4 1096-2000 incomplete
`

const wantQuery = `application nightly 1000-2000
query insert 1010-1090 error string_value:"org.apache.spark.SparkException" -> application nightly
  query scan of it 1020-1080
    job collect at x.py:2 1030-1070
      stage collect at x.py:1 1040-1050 error string_value:"org.apache.spark.shuffle.FetchFailedException"
      stage collect at x.py:1 1055-1060
      stage collect at x.py:2 1061-1069
job collect at x.py:3 1045-1095 error string_value:"_OTHER" -> application nightly -> stage collect at x.py:1
  stage collect at x.py:3 1071-2000 incomplete
job collect at x.py:4 1096-2000 incomplete -> application nightly
`

func TestTree(t *testing.T) {
	for unit, want := range map[otlp.Unit]string{otlp.PerApplication: wantApplication, otlp.PerQuery: wantQuery} {
		all, b := spans(t, unit, story())
		if diff := cmp.Diff(want, tree(all)); diff != "" {
			t.Errorf("%s:\n%s", unit, diff)
		}
		traces := map[string]bool{}
		for _, s := range all {
			traces[hex.EncodeToString(s.TraceId)] = true
			if len(s.TraceId) != 16 || len(s.SpanId) != 8 {
				t.Errorf("%s: %s has the ids %x %x", unit, s.Name, s.TraceId, s.SpanId)
			}
		}
		if n := map[otlp.Unit]int{otlp.PerApplication: 1, otlp.PerQuery: 4}[unit]; len(traces) != n || !traces[b.Trace()] {
			t.Errorf("%s: %d traces, want %d, one of them %s", unit, len(traces), n, b.Trace())
		}
	}
}

// The same log gives the same bytes; another attempt, or another application, shares no id with it.
func TestIDs(t *testing.T) {
	first, _ := spans(t, otlp.PerQuery, story())
	again, _ := spans(t, otlp.PerQuery, story())
	other := story()
	other[1] = &eventlog.ApplicationStart{ID: "spark-1", Attempt: "2", Name: "nightly", User: "ann", Time: 1000}
	second, _ := spans(t, otlp.PerQuery, other)
	seen := map[string]bool{}
	for i, s := range first {
		if s.String() != again[i].String() {
			t.Errorf("%s is another span the second time", s.Name)
		}
		if seen[string(s.SpanId)] {
			t.Errorf("%s has the id of another span", s.Name)
		}
		seen[string(s.SpanId)] = true
	}
	for _, s := range second {
		if seen[string(s.SpanId)] {
			t.Errorf("%s of the second attempt has the id of the first", s.Name)
		}
	}
}

func TestAttributes(t *testing.T) {
	all, b := spans(t, otlp.PerApplication, story())
	want := map[string]string{
		"job collect at x.py:2/spark.job.stages.skipped":           "int_value:1",
		"job collect at x.py:2/spark.job.description":              `string_value:"the numbers"`,
		"job collect at x.py:2/spark.sql.execution.id":             "int_value:8",
		"query scan of it/spark.sql.execution.id":                  "int_value:8",
		"stage collect at x.py:2/spark.stage.shuffle_read_bytes":   "int_value:15",
		"stage collect at x.py:2/spark.stage.executor_cpu_time_ms": "int_value:3",
		"stage collect at x.py:2/spark.stage.disk_spilled_bytes":   "",
		"stage collect at x.py:3/spark.stage.tasks":                "int_value:2",
	}
	got := map[string]string{}
	for _, s := range all {
		for key := range want {
			if name, attribute, _ := strings.Cut(key, "/"); name == s.Name {
				got[key] = get(s, attribute)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	resource := b.Resource().String()
	for _, part := range []string{"service.name", "nightly", "service.instance.id", "spark-1", "4.1.4", "user.name", "ann"} {
		if !strings.Contains(resource, part) {
			t.Errorf("%s is not in %s", part, resource)
		}
	}
}

// A log that nobody goes on writing is closed: everything that was begun has an end then, and says that it is a guess.
func TestClose(t *testing.T) {
	all, b := spans(t, otlp.PerApplication, story()[:7])
	if len(all) != 6 {
		t.Fatalf("closing ended %d spans, want 6", len(all))
	}
	for _, s := range all {
		if get(s, "spark.incomplete") == "" || s.EndTimeUnixNano != 1045e6 {
			t.Errorf("%s ends at %d", s.Name, s.EndTimeUnixNano)
		}
	}
	if b.Close(); len(b.Take()) != 0 {
		t.Error("closing twice gives spans twice")
	}
}

// Databricks tells of a query after its jobs, and of a part after the whole.
func TestOrder(t *testing.T) {
	query := map[string]string{"spark.sql.execution.id": "5"}
	all, _ := spans(t, otlp.PerQuery, []eventlog.Event{
		&eventlog.ApplicationStart{ID: "spark-1", Name: "shell", Time: 1},
		&eventlog.JobStart{ID: 0, Time: 3, Stages: []eventlog.StageInfo{stage(0, 0, 0, 0, "")}, Properties: query},
		&eventlog.StageSubmitted{Stage: stage(0, 0, 4, 0, "")},
		&eventlog.SQLStart{ID: 6, Root: 5, Description: "part", Time: 7},
		&eventlog.SQLEnd{ID: 6, Time: 8},
		&eventlog.SQLStart{ID: 5, Root: 5, Description: "whole", Time: 8},
		&eventlog.SQLEnd{ID: 5, Time: 9},
		&eventlog.JobStart{ID: 1, Time: 9, Properties: query},
		&eventlog.JobEnd{ID: 1, Time: 9, Succeeded: true},
		&eventlog.ApplicationEnd{Time: 9},
		&eventlog.StageCompleted{Stage: stage(0, 0, 4, 5, "cancelled")}, // after the end
		&eventlog.StageCompleted{Stage: stage(0, 0, 4, 6, "cancelled")}, // and again
	})
	want := `application shell 1-9
query whole 3-9 -> application shell
  job collect at x.py:0 3-9 incomplete
    stage collect at x.py:0 4-5 error string_value:"_OTHER"
  query part 7-8
  job 9-9
`
	if diff := cmp.Diff(want, tree(all)); diff != "" {
		t.Error(diff)
	}
	traces := map[string]int{}
	for _, s := range all {
		traces[string(s.TraceId)]++
	}
	if len(traces) != 2 {
		t.Errorf("%d traces, want the application's and the query's", len(traces))
	}
}

// Connect describes a query by its session and its plan, over many lines.
func TestConnect(t *testing.T) {
	const text = "Spark Connect - session_id: \"5be3b8f1\"\nplan {\n  root {\n    common {\n      plan_id: 2\n    }\n    sort {\n      input..."
	all, _ := spans(t, otlp.PerQuery, []eventlog.Event{
		&eventlog.ApplicationStart{ID: "spark-1", Name: "spark-41", Time: 1},
		&eventlog.SQLStart{ID: 1, Root: 1, Description: text, Time: 2},
		&eventlog.SQLStart{ID: 2, Root: 2, Description: "Spark Connect - session_id: \"5be3b8f1", Time: 3},
	})
	if got, want := tree(all), "application spark-41 1-3 incomplete\nquery Spark Connect: sort 2-3 incomplete -> application spark-41\n"+
		"query Spark Connect 3-3 incomplete -> application spark-41\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, s := range all {
		if id := get(s, "spark.connect.session_id"); strings.HasPrefix(s.Name, "query") && id != `string_value:"5be3b8f1"` {
			t.Errorf("%s is of the session %s", s.Name, id)
		}
	}
}

// What an application says of itself is somebody's text, of any length and encoding.
func TestHostileText(t *testing.T) {
	long := strings.Repeat("ü\xff", 10000)
	all, _ := spans(t, otlp.PerQuery, []eventlog.Event{
		&eventlog.ApplicationStart{ID: long, Name: long, Time: -5},
		&eventlog.SQLStart{ID: 1, Root: 99, Description: long, Time: 2},
		&eventlog.SQLEnd{ID: 1, Time: 1, Error: long},
		&eventlog.SQLEnd{ID: 2, Time: 1},
		&eventlog.JobEnd{ID: 3},
		&eventlog.StageCompleted{Stage: stage(9, 0, 0, 0, "never ran")},
		&eventlog.StageCompleted{Stage: stage(10, 0, 5, 0, long)},
		&eventlog.ApplicationEnd{},
	})
	if len(all) != 4 { // With query 99, which nothing but its part tells of.
		t.Errorf("got\n%s", tree(all))
	}
	for _, s := range all {
		if len(s.Name) > 400 || len(s.Status.Message) > 4010 || !strings.HasPrefix(s.Name, strings.ToValidUTF8(s.Name, "")) || s.EndTimeUnixNano < s.StartTimeUnixNano {
			t.Errorf("%.100s", s.String())
		}
	}
}
