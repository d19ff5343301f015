package tracing_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// logWriter writes an event log as Spark does: lines of JSON, a file of a rolling log at a time.
type logWriter struct {
	t    *testing.T
	dir  string
	part int
	time int64
}

const appID = "spark-0123456789abcdef"

func newLog(t *testing.T, dir string) *logWriter {
	t.Helper()
	w := &logWriter{t: t, dir: filepath.Join(dir, "eventlog_v2_"+appID), part: 1, time: 1_700_000_000_000}
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	w.status("appstatus_" + appID + ".inprogress")
	w.lines(
		`{"Event":"SparkListenerLogStart","Spark Version":"4.1.4"}`,
		fmt.Sprintf(`{"Event":"SparkListenerApplicationStart","App Name":"spark-41","App ID":"%s","Timestamp":%d,"User":"spark"}`, appID, w.time),
	)
	return w
}

func (w *logWriter) status(name string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *logWriter) write(text string) {
	w.t.Helper()
	file, err := os.OpenFile(filepath.Join(w.dir, fmt.Sprintf("events_%d_%s", w.part, appID)), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		w.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *logWriter) lines(lines ...string) {
	w.t.Helper()
	w.write(strings.Join(lines, "\n") + "\n")
}

// query writes a query with one job of one stage: three spans.
func (w *logWriter) query(id int) {
	w.t.Helper()
	w.time += 1000
	stage := func(more string) string {
		return fmt.Sprintf(`{"Stage ID":%d,"Stage Attempt ID":0,"Stage Name":"count at query.py:%d","Number of Tasks":4,"Parent IDs":[],"Submission Time":%d%s}`, id, id, w.time+10, more)
	}
	w.lines(
		fmt.Sprintf(`{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":%d,"rootExecutionId":%d,"description":"count","details":"","physicalPlanDescription":"","sparkPlanInfo":{"nodeName":"Scan","simpleString":"","children":[],"metadata":{},"metrics":[]},"time":%d}`, id, id, w.time),
		fmt.Sprintf(`{"Event":"SparkListenerJobStart","Job ID":%d,"Submission Time":%d,"Stage Infos":[%s],"Stage IDs":[%d],"Properties":{"spark.sql.execution.id":"%d"}}`, id, w.time+5, stage(""), id, id),
		fmt.Sprintf(`{"Event":"SparkListenerStageSubmitted","Stage Info":%s}`, stage("")),
		fmt.Sprintf(`{"Event":"SparkListenerStageCompleted","Stage Info":%s}`, stage(fmt.Sprintf(`,"Completion Time":%d`, w.time+50))),
		fmt.Sprintf(`{"Event":"SparkListenerJobEnd","Job ID":%d,"Completion Time":%d,"Job Result":{"Result":"JobSucceeded"}}`, id, w.time+60),
		fmt.Sprintf(`{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd","executionId":%d,"time":%d}`, id, w.time+70),
	)
}

// roll goes on in another file, as Spark does after some megabytes.
func (w *logWriter) roll() { w.part++ }

func (w *logWriter) end() {
	w.t.Helper()
	w.lines(fmt.Sprintf(`{"Event":"SparkListenerApplicationEnd","Timestamp":%d}`, w.time+1000))
	if err := os.Rename(filepath.Join(w.dir, "appstatus_"+appID+".inprogress"), filepath.Join(w.dir, "appstatus_"+appID)); err != nil {
		w.t.Fatal(err)
	}
}
