package sizeview_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizeview"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// hostile is a name that wants to be a script, a control sequence of the
// terminal and the end of a template.
const hostile = "<script>alert(1)</script>\x1b[2J\"'&amp;{{.}}\n<img src=x onerror=alert(2)>"

// log is an event log of one job with two stages, the second after the first,
// on two executors with two cores; every word in it that anybody chooses is
// hostile.
func log(t testing.TB) *eventlog.Application {
	t.Helper()
	var b bytes.Buffer
	event := func(v map[string]any) {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(data, '\n'))
	}
	const start = 1700000000000
	event(map[string]any{"Event": "SparkListenerLogStart", "Spark Version": "4.1.4"})
	event(map[string]any{"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": map[string]string{
		"spark.executor.memory": "4g", "spark.executor.cores": "2", "spark.app.name": hostile, "spark.executor.instances": hostile,
	}})
	event(map[string]any{"Event": "SparkListenerApplicationStart", "App Name": hostile, "App ID": hostile, "Timestamp": start, "User": hostile})
	for i := range 2 {
		event(map[string]any{
			"Event": "SparkListenerExecutorAdded", "Timestamp": start + 1000, "Executor ID": strconv.Itoa(i + 1),
			"Executor Info": map[string]any{"Host": hostile, "Total Cores": 2},
		})
	}
	stages := []map[string]any{}
	for i := range 2 {
		parents := []int{}
		if i == 1 {
			parents = []int{0}
		}
		stages = append(stages, map[string]any{"Stage ID": i, "Stage Attempt ID": 0, "Stage Name": hostile, "Number of Tasks": 8, "Parent IDs": parents, "RDD Info": []any{}})
	}
	event(map[string]any{"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": start + 2000, "Stage IDs": []int{0, 1}, "Stage Infos": stages})
	for i, s := range stages {
		at := start + 2000 + i*21000
		s["Submission Time"] = at
		event(map[string]any{"Event": "SparkListenerStageSubmitted", "Stage Info": s})
		for k := range 8 {
			launch := at + k/4*10000
			event(map[string]any{
				"Event": "SparkListenerTaskEnd", "Stage ID": i, "Stage Attempt ID": 0, "Task Type": "ShuffleMapTask", "Task End Reason": map[string]any{"Reason": "Success"},
				"Task Info": map[string]any{"Task ID": i*8 + k, "Index": k, "Attempt": 0, "Launch Time": launch, "Finish Time": launch + 10000, "Executor ID": strconv.Itoa(k%2 + 1), "Host": hostile, "Failed": false, "Killed": false},
				"Task Metrics": map[string]any{
					"Executor Run Time": 9900, "JVM GC Time": 100, "Input Metrics": map[string]any{"Bytes Read": (1 - i) * 128 << 20, "Records Read": 1},
					"Shuffle Write Metrics": map[string]any{"Shuffle Bytes Written": (1 - i) * 64 << 20},
				},
			})
		}
		s["Completion Time"] = at + 20000
		event(map[string]any{"Event": "SparkListenerStageCompleted", "Stage Info": s})
	}
	event(map[string]any{"Event": "SparkListenerJobEnd", "Job ID": 0, "Completion Time": start + 43500, "Job Result": map[string]any{"Result": "JobSucceeded"}})
	event(map[string]any{"Event": "SparkListenerApplicationEnd", "Timestamp": start + 45000})
	a, err := eventlog.Read(fstest.MapFS{"app": {Data: b.Bytes()}}, "app", eventlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

func options(t testing.TB) sizing.Options {
	t.Helper()
	table, err := sizing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return sizing.Options{Prices: table}
}

// documents are answers of every kind.
func documents(t testing.TB) map[string]sizeview.Document {
	t.Helper()
	all := map[string]sizeview.Document{}
	w := sizing.Workload{DatasetBytes: 1e12, Transformations: []string{"join", "aggregate"}, TargetSeconds: 900}
	for name, change := range map[string]func(*sizing.Workload){
		"sample":          func(*sizing.Workload) {},
		"a shape as well": func(w *sizing.Workload) { w.Executors, w.ExecutorCores = 10, 2 },
		"only a shape":    func(w *sizing.Workload) { w.Executors, w.TargetSeconds = 10, 0 },
		"cannot be met":   func(w *sizing.Workload) { w.TargetSeconds = 30 },
		"a query":         func(w *sizing.Workload) { w.Profile = sizing.SQL },
		"next to nothing": func(w *sizing.Workload) { w.DatasetBytes, w.Transformations = 1, nil },
	} {
		w := w
		change(&w)
		a, err := sizing.Advise(w, options(t))
		if err != nil {
			t.Fatal(name, err)
		}
		all[name] = sizeview.FromFlags(a)
	}
	price, err := options(t).Hourly()
	if err != nil {
		t.Fatal(err)
	}
	app := log(t)
	all["a log"] = sizeview.FromLog("dir/"+hostile, app, replay.Run(app, replay.Options{}), price)
	empty := &eventlog.Application{Incomplete: []string{"the log is empty"}}
	all["an empty log"] = sizeview.FromLog("empty", empty, replay.Run(empty, replay.Options{}), price)
	return all
}

// TestLog: what the document of a log says is what the log says.
func TestLog(t *testing.T) {
	d := documents(t)["a log"]
	if o := d.Observed; o.Jobs != 1 || o.Stages != 2 || o.Tasks != 16 || o.MaxExecutors != 2 || o.CoresPerExecutor != 2 || o.DurationMs != 45000 {
		t.Errorf("%+v", o)
	}
	// 2 executors with 2 cores for 44 s, and 16 tasks of 9.9 s.
	if p := d.Paid; p == nil || p.CoreHours*3600 != 176 || p.BusyShare < 0.89 || p.BusyShare > 0.91 || p.Wasted <= 0 || p.Wasted >= p.OnDemand {
		t.Errorf("%+v", p)
	}
	if d.Replay.Unknown != "" || d.Replay.ErrorPercent > 5 || len(d.Replay.Curve) < 2 {
		t.Errorf("%+v", d.Replay)
	}
	r := d.Recommendation
	if r.Executors.Low > r.Executors.Central || r.Executors.Central > r.Executors.High || r.ExecutorCores != 2 || r.PodMemoryMiB != r.ExecutorMemoryMiB.Central+r.MemoryOverheadMiB {
		t.Errorf("%+v", r)
	}
	if d.Runs.Low < d.Runs.Central || d.Runs.Central < d.Runs.High || d.Cost.OnDemand.Low > d.Cost.OnDemand.High {
		t.Errorf("%+v %+v", d.Runs, d.Cost)
	}
	if len(d.Stages) != 2 || d.Stages[0].Start != 2 || d.Stages[0].End != 22 || d.Stages[0].MaxMs != 10000 {
		t.Errorf("%+v", d.Stages)
	}
}

// TestText: whatever a log says, the terminal sees printable words, and no
// line is wider than the terminal but those that are to be pasted.
func TestText(t *testing.T) {
	for name, d := range documents(t) {
		for _, width := range []int{40, 80, 200} {
			var b strings.Builder
			sizeview.Text(&b, d, width, "2026-11-25")
			if strings.ContainsAny(b.String(), "\x1b\r\x00") {
				t.Errorf("%s: a control character reaches the terminal", name)
			}
			if !strings.Contains(b.String(), "Spark properties") && name != "an empty log" {
				t.Errorf("%s: no properties in\n%s", name, b.String())
			}
			for line := range strings.Lines(b.String()) {
				if strings.ContainsAny(line, "│▇") && len([]rune(line)) > max(width, 60)+12 {
					t.Errorf("%s at %d: a picture is %d wide", name, width, len([]rune(line)))
				}
			}
		}
	}
}

// TestCurvePicture: the picture has the curve, the band, the target and the
// number of executors.
func TestCurvePicture(t *testing.T) {
	var b strings.Builder
	sizeview.Text(&b, documents(t)["sample"], 100, "2026-11-25")
	text := b.String()
	for _, want := range []string{"●", "░", "$", "┄", "┊", "   15m │", " 57 ", "prices of 2026-07-20"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "days old") {
		t.Error("the prices are said to be old")
	}
	b.Reset()
	sizeview.Text(&b, documents(t)["sample"], 100, "2027-03-25")
	if !strings.Contains(b.String(), "! the prices are 248 days old") {
		t.Errorf("old prices are not warned about:\n%s", b.String())
	}
}

// TestPage: the page is well-formed, has pictures, loads nothing, and holds no
// element that a log brought along.
func TestPage(t *testing.T) {
	for name, d := range documents(t) {
		var b bytes.Buffer
		if err := sizeview.Page(&b, d, "2026-11-25"); err != nil {
			t.Fatal(name, err)
		}
		page := b.String()
		for _, bad := range []string{"<script", "<img", "http://", "https://", "\x1b", "ZgotmplZ", "onerror=alert(2)>"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the page has %q", name, bad)
			}
		}
		if strings.Contains(name, "log") != strings.Contains(page, "<h2>Measured</h2>") {
			t.Errorf("%s: wrong sections", name)
		}
		if name != "an empty log" && !strings.Contains(page, `<path class="time" d="M`) {
			t.Errorf("%s: no curve", name)
		}
		wellFormed(t, name, page)
	}
}

// wellFormed reads the page as XML, which is stricter than browsers are.
func wellFormed(t *testing.T, name, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = true, xml.HTMLEntity
	var open []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		switch e := token.(type) {
		case xml.StartElement:
			open = append(open, e.Name.Local)
			for _, a := range e.Attr {
				if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || a.Name.Local == "src" || a.Name.Local == "href" {
					t.Errorf("%s: attribute %s", name, a.Name.Local)
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: never closed: %v", name, open)
	}
}

// TestClasses: of two kinds of stages in one class the larger counts, and the
// good day is the faster one.
func TestClasses(t *testing.T) {
	got := sizeview.Classes([]replay.Rate{
		{Kind: eventlog.KindScan, Bytes: 10, Low: 1, Median: 2, High: 3},
		{Kind: eventlog.KindScanShuffle, Bytes: 20, Low: 4, Median: 5, High: 6},
		{Kind: eventlog.KindOther, Bytes: 99, Low: 4, Median: 5, High: 6},
		{Kind: eventlog.KindShuffleJoin, Bytes: 5},
	})
	if len(got) != 1 || got[sizing.ClassScan] != (sizing.Range[float64]{Low: 6, Central: 5, High: 4}) {
		t.Errorf("%+v", got)
	}
}
