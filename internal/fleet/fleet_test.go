package fleet_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizeview"
)

func row(log string, paid, wasted float64) fleet.Row {
	return fleet.Row{Log: log, AppName: "<b>" + log, CoreHours: paid, OnDemand: paid, Wasted: wasted, Findings: []string{"skew"}}
}

// TestMerge: what machines wrote apart is one table, whichever part came
// first, also when a part was done twice.
func TestMerge(t *testing.T) {
	a, b, c := row("a", 2, 1), row("b", 5, 3), row("c", 4, 1)
	broken := fleet.Failed("d", errors.New("no log"))
	var part1, part2 bytes.Buffer
	if err := errors.Join(fleet.Write(&part1, a, broken), fleet.Write(&part2, fleet.Failed("b", errors.New("cut off")), b, c, b)); err != nil {
		t.Fatal(err)
	}
	one, err1 := fleet.Read(&part1)
	two, err2 := fleet.Read(&part2)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][]fleet.Row{slices.Concat(one, two), slices.Concat(two, one), slices.Concat(one, two, one, two)} {
		table := fleet.Merge(rows...)
		var order []string
		for _, r := range table.Apps {
			order = append(order, r.Log)
		}
		if strings.Join(order, " ") != "b c a d" || table.Read != 3 || table.Failed != 1 || table.OnDemand != 11 || table.Wasted != 5 {
			t.Errorf("%v %+v", order, table)
		}
	}
}

// TestReadHalf: a part whose writer was killed loses its last line, no more.
func TestReadHalf(t *testing.T) {
	var b bytes.Buffer
	if err := fleet.Write(&b, row("a", 1, 1), row("b", 1, 1)); err != nil {
		t.Fatal(err)
	}
	half := b.String()[:b.Len()-10]
	rows, err := fleet.Read(strings.NewReader(half))
	if len(rows) != 1 || err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Error(rows, err)
	}
}

func TestFind(t *testing.T) {
	fsys := fstest.MapFS{
		"logs/app-1.zstd": {},
		"logs/.app-2.crc": {},
		"logs/app-3.crc":  {},
		"logs/eventlog_v2_app-4/events_1_app-4.zstd":            {},
		"logs/eventlog_v2_app-4/events_10_app-4.zstd":           {},
		"logs/eventlog_v2_app-4/appstatus_app-4.inprogress":     {},
		"logs/cluster/eventlog/123/eventlog":                    {},
		"logs/cluster/eventlog/123/eventlog-2022-03-04--22-00":  {},
		"logs/deep/er/app-5":                                    {},
		"logs/eventlog-about-nothing/readme":                    {},
		"logs/eventlog_v2_empty/appstatus_empty.inprogress/why": {},
	}
	logs, err := fleet.Find(fsys, "logs")
	want := "logs/app-1.zstd logs/cluster/eventlog/123 logs/deep/er/app-5 logs/eventlog-about-nothing/readme logs/eventlog_v2_app-4 logs/eventlog_v2_empty/appstatus_empty.inprogress/why"
	if got := strings.Join(logs, " "); got != want || err != nil {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	if one, err := fleet.Find(fsys, "logs/app-1.zstd"); err != nil || len(one) != 1 {
		t.Error(one, err)
	}
	if _, err := fleet.Find(fsys, "nowhere"); err == nil {
		t.Error("a path that is not there is no error")
	}
}

// TestOf: a document without a replay makes a row that says so.
func TestOf(t *testing.T) {
	d := sizeview.Document{
		Log: "x", Observed: &eventlog.Observed{AppID: "app", DurationMs: 5, MaxExecutors: 3}, Paid: &sizeview.Paid{CoreHours: 2, OnDemand: 1, Wasted: 0.5, BusyShare: 0.5},
		Replay: &replay.Result{Unknown: "no tasks", Knee: replay.Point{Executors: 7}}, Findings: []eventlog.Finding{{ID: "gc"}, {ID: "skew"}, {ID: "gc"}},
	}
	r := fleet.Of(d)
	if r.Best != 0 || r.Executors != 3 || r.Wasted != 0.5 || strings.Join(r.Findings, " ") != "gc skew" {
		t.Errorf("%+v", r)
	}
	d.Replay.Unknown = ""
	if r := fleet.Of(d); r.Best != 7 {
		t.Errorf("%+v", r)
	}
}

func TestPage(t *testing.T) {
	var b bytes.Buffer
	hostile := row("<script>x</script>", 3, 2)
	table := fleet.Merge(hostile, row("free", 0, 0), fleet.Failed("<img src=x>", errors.New("<b>bad</b>")))
	table.Warnings = []string{"<i>old</i>"}
	if err := fleet.Page(&b, table); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "<b>", "<i>", "ZgotmplZ"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	for _, want := range []string{`<rect width="120"`, "could not be read", "$2.00"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if err := fleet.Page(&b, fleet.Merge(row("free", 0, 0))); err != nil {
		t.Error(err)
	}
}
