package fleet_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sparkwiz/sparkwiz/internal/fleet"
)

// TestLogsAsFind: what a listing of a bucket calls a log is what a walk over
// directories does.
func TestLogsAsFind(t *testing.T) {
	for _, names := range [][]string{
		{
			"app-1.zstd", ".app-2.crc", "app-3.crc", "eventlog_v2_app-4/appstatus_app-4.inprogress", "eventlog_v2_app-4/events_1_app-4.zstd",
			"eventlog_v2_app-4/events_10_app-4.zstd", "eventlog_v2_app-4/deeper/app-9", "cluster/eventlog/123/eventlog", "cluster/eventlog/123/eventlog-2022-03-04--22-00",
			"deep/er/app-5", "eventlog-about-nothing/readme", "_sparkwiz-fleet/logs/rows/ab.json", "deep/_temporary/0/x", "deep/.hidden/events_1_x", "d.crc/x", "deep/er/_SUCCESS",
		},
		{"events_1_app", "appstatus_app", "sub/app-1"}, // The directory itself is a log.
		{"one"},
		nil,
	} {
		fsys := fstest.MapFS{}
		var objects []fleet.Object
		for i, name := range names {
			fsys[name] = &fstest.MapFile{Data: make([]byte, i)}
			objects = append(objects, fleet.Object{Name: name, Size: int64(i), Modified: int64(100 - i)})
		}
		var got []string
		for _, l := range fleet.Logs(objects) {
			got = append(got, l.Name)
		}
		want, err := fleet.Find(fsys, ".")
		if len(names) == 0 {
			want, err = nil, nil
		}
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v\n got %q\nwant %q", err, got, want)
		}
	}
}

func TestLogs(t *testing.T) {
	logs := fleet.Logs([]fleet.Object{
		{"a/", 0, 50}, {"a/appstatus_a", 0, 7}, {"a/events_1_a", 10, 3}, {"a/events_2_a", 5, 9}, {"b", 1, 1},
	})
	if got := fmt.Sprint(logs); got != "[{a 3 15 9} {b 1 1 1}]" {
		t.Error(got)
	}
}

// TestShards: each log is read by one machine, none by all, and machines do
// not depend on what the others see.
func TestShards(t *testing.T) {
	const n = 7
	count := map[int]int{}
	for i := range 7000 {
		count[fleet.Log{Name: fmt.Sprintf("app-%d", i), Size: int64(i)}.Shard(n)]++
	}
	if len(count) != n {
		t.Error(count)
	}
	for shard, logs := range count {
		if shard < 0 || shard >= n || logs < 800 || logs > 1200 {
			t.Errorf("shard %d has %d of 7000", shard, logs)
		}
	}
	a := fleet.Log{Name: "app-1", Size: 1}
	if b := (fleet.Log{Name: "app-1", Size: 2, Modified: 3, Objects: 4}); a.Shard(n) != b.Shard(n) {
		t.Error("the shard depends on more than the name")
	}
	if a.Shard(1) != 0 {
		t.Error("one machine does not read everything")
	}
}

// TestKeys: whatever changes a row has another name.
func TestKeys(t *testing.T) {
	l := fleet.Log{Name: "app-1", Objects: 1, Size: 1, Modified: 1}
	keys := map[string]bool{l.Key("s"): true, l.Key("t"): true}
	for _, change := range []func(*fleet.Log){
		func(l *fleet.Log) { l.Name = "app-2" }, func(l *fleet.Log) { l.Objects++ }, func(l *fleet.Log) { l.Size++ }, func(l *fleet.Log) { l.Modified++ },
	} {
		o := l
		change(&o)
		keys[o.Key("s")] = true
		if same := strings.HasPrefix(o.Key("s"), l.KeyOf("s")); same != (o.Name == l.Name) {
			t.Errorf("%+v and %+v begin alike: %t", o, l, same)
		}
	}
	if len(keys) != 6 {
		t.Error(slices.Sorted(maps.Keys(keys)))
	}
}
