package survey_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
	"github.com/sparkwiz/sparkwiz/internal/survey"
)

// idle is the log of an application with one executor and nothing to do.
func idle(id string, cores int) string {
	return fmt.Sprintf(`{"Event":"SparkListenerLogStart","Spark Version":"4.1.4"}
{"Event":"SparkListenerApplicationStart","App Name":"idle","App ID":%q,"Timestamp":1700000000000,"User":"me"}
{"Event":"SparkListenerExecutorAdded","Timestamp":1700000001000,"Executor ID":"1","Executor Info":{"Host":"h","Total Cores":%d}}
{"Event":"SparkListenerApplicationEnd","Timestamp":1700003600000}
`, id, cores)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// logs are 40 logs: of Spark itself, of one line's kind each, one that rolled
// and one that is none.
func logs(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"spark-4.1.zstd", "spark-4.1.lz4"} {
		data, err := os.ReadFile(filepath.Join("..", "eventlog", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, string(data))
	}
	for i := range 36 {
		write(t, dir, fmt.Sprintf("day-%d/app-%d", i%3, i), idle(fmt.Sprintf("app-%d", i), 1+i))
	}
	whole := idle("rolled", 2)
	half := strings.LastIndex(whole[:len(whole)-1], "\n") + 1
	write(t, dir, "eventlog_v2_rolled/appstatus_rolled", "")
	write(t, dir, "eventlog_v2_rolled/events_1_rolled", whole[:half])
	write(t, dir, "eventlog_v2_rolled/events_2_rolled", whole[half:])
	write(t, dir, "notes.txt", "no log at all\n")
	return dir
}

func at(t *testing.T, logs, results string) survey.Survey {
	t.Helper()
	open := func(dir string) *bucket.Bucket {
		b, err := bucket.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Close() })
		return b
	}
	table, err := sizing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	price, err := sizing.Options{Prices: table}.Hourly()
	if err != nil {
		t.Fatal(err)
	}
	return survey.Survey{Logs: open(logs), Results: open(results), Price: price, Version: "test"}
}

// shards runs all shards and sums what they did.
func shards(t *testing.T, s survey.Survey, n int) (sum survey.Did) {
	t.Helper()
	for i := range n {
		did, err := s.Shard(t.Context(), i, n)
		if err != nil {
			t.Fatal(err)
		}
		sum.Logs, sum.Read, sum.Skipped = sum.Logs+did.Logs, sum.Read+did.Read, sum.Skipped+did.Skipped
	}
	return sum
}

func rows(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "rows", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestSurvey: shards read each log once, the next survey what is new, and the
// table is that of one machine which reads everything.
func TestSurvey(t *testing.T) {
	in, out := logs(t), t.TempDir()
	s := at(t, in, out)
	if did := shards(t, s, 5); did != (survey.Did{Logs: 40, Read: 40}) || len(rows(t, out)) != 40 {
		t.Fatalf("%+v, %d rows", did, len(rows(t, out)))
	}
	table, err := s.Merge(t.Context())
	if err != nil || table.Read != 39 || table.Failed != 1 || table.Currency != "USD" {
		t.Fatalf("%v, %d read, %d failed, %s", err, table.Read, table.Failed, table.Currency)
	}
	if i := slices.IndexFunc(table.Apps, func(r fleet.Row) bool { return r.AppID == "rolled" }); i < 0 || table.Apps[i].Incomplete || table.Apps[i].DurationMs != 3600000 {
		t.Errorf("the log that rolled: %+v", table.Apps)
	}

	alone := at(t, in, t.TempDir())
	shards(t, alone, 1)
	other, err := alone.Merge(t.Context())
	if err != nil || fmt.Sprintf("%+v", other) != fmt.Sprintf("%+v", table) {
		t.Errorf("%v: one machine has another table", err)
	}

	// Nothing to do, also for another number of machines.
	if did := shards(t, s, 3); did != (survey.Did{Logs: 40, Skipped: 40}) {
		t.Errorf("again: %+v", did)
	}
	// One log is new, one has grown, one is gone.
	write(t, in, "day-1/app-new", idle("new", 99))
	write(t, in, "day-0/app-0", idle("app-0", 50)+"\n")
	if err := os.Remove(filepath.Join(in, "day-1", "app-1")); err != nil {
		t.Fatal(err)
	}
	if before, err := s.Merge(t.Context()); err != nil || before.Read != 38 || before.Failed != 2 { // app-new is not read yet, notes.txt never.
		t.Errorf("before they are read: %v, %d read, %d failed", err, before.Read, before.Failed)
	}
	if did := shards(t, s, 5); did != (survey.Did{Logs: 40, Read: 2, Skipped: 38}) || len(rows(t, out)) != 41 { // app-1's stays.
		t.Errorf("after a change: %+v, %d rows", did, len(rows(t, out)))
	}
	table, err = s.Merge(t.Context())
	if err != nil || table.Read != 39 || table.Apps[0].AppID != "new" {
		t.Errorf("%v, %d read, first %s", err, table.Read, table.Apps[0].AppID)
	}
	// Other questions are answered by other rows.
	s.Shape = replay.Options{MaxExecutors: 3}
	if did := shards(t, s, 5); did.Read != 40 {
		t.Errorf("with other settings: %+v", did)
	}
}

// TestResume: a shard that was killed goes on where it stopped, and what it had
// done is in the table meanwhile.
func TestResume(t *testing.T) {
	in, out := logs(t), t.TempDir()
	s := at(t, in, out)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for len(rows(t, out)) < 3 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	did, err := s.Shard(ctx, 0, 1)
	if fault.KindOf(err) != fault.Interrupted || did.Read >= 40 {
		t.Skipf("it was too quick to be killed: %+v, %v", did, err)
	}
	done := len(rows(t, out))
	table, err := s.Merge(t.Context())
	if err != nil || table.Read+table.Failed != 40 || table.Read == 0 {
		t.Errorf("the table of a part: %v, %d read, %d failed", err, table.Read, table.Failed)
	}
	if did := shards(t, s, 1); did.Skipped != done || did.Read != 40-done {
		t.Errorf("%+v after %d were done", did, done)
	}
}

// TestStoreFails: a store that takes no rows is an error, not a result.
func TestStoreFails(t *testing.T) {
	in, out := logs(t), t.TempDir()
	s := at(t, in, out)
	write(t, out, "rows", "a file where a directory has to be")
	did, err := s.Shard(t.Context(), 0, 1)
	if err == nil || did.Read != 0 || !strings.Contains(err.Error(), "logs of shard 0 are not done") {
		t.Errorf("%+v, %v", did, err)
	}
}

func TestNothing(t *testing.T) {
	s := at(t, t.TempDir(), t.TempDir())
	if _, err := s.Shard(t.Context(), 0, 1); fault.KindOf(err) != fault.Usage {
		t.Error(err)
	}
	if _, err := s.Merge(t.Context()); fault.KindOf(err) != fault.Usage {
		t.Error(err)
	}
	for _, bad := range [][2]int{{0, 0}, {-1, 2}, {2, 2}} {
		if _, err := s.Shard(t.Context(), bad[0], bad[1]); fault.KindOf(err) != fault.Usage {
			t.Error(bad, err)
		}
	}
}

// TestDamagedRow: a row that is none says so in the table.
func TestDamagedRow(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	write(t, in, "app-1", idle("app-1", 1))
	s := at(t, in, out)
	shards(t, s, 1)
	if err := os.WriteFile(rows(t, out)[0], []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if table, err := s.Merge(t.Context()); err != nil || table.Failed != 1 || !strings.Contains(table.Apps[0].Error, "is damaged: delete it") {
		t.Errorf("%v %+v", err, table)
	}
}
