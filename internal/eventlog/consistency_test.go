package eventlog_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// TestStageTotals holds our sums over tasks against the totals that Spark's driver kept itself and wrote when a stage ended: in
// every log there is, and for every stage that succeeded in its first attempt with no task that failed. Totals of tasks that
// failed are left out by Spark, since it does not count failed values, and here they are spent time like any other.
func TestStageTotals(t *testing.T) {
	fsys := os.DirFS(logs(t))
	stages := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || strings.Contains(name, "xpectations") || strings.HasPrefix(path.Base(name), "events_") || path.Ext(name) == ".zip" {
			return nil
		}
		if path.Base(name) == "app-20200706201101-0003" { // Spark's developers added shuffle reads to its tasks by hand.
			return nil
		}
		a, err := eventlog.Read(fsys, name, eventlog.Options{})
		if err != nil {
			return nil //nolint:nilerr // The directory has other files than logs.
		}
		for i := range a.Stages {
			s := &a.Stages[i]
			theirs, ours := s.StageInfo.Metrics, s.Metrics
			if s.Completed == 0 || s.FailureReason != "" || s.Failed+s.Killed > 0 || len(s.Tasks) != s.NumTasks || theirs.RunTime == 0 {
				continue
			}
			stages++
			// Not among the totals, or not in every version of Spark.
			ours.Tasks, ours.PeakTask, ours.PeakHeap = 0, 0, 0
			for _, f := range []struct{ theirs, ours *int64 }{
				{&theirs.CPUTime, &ours.CPUTime},
				{&theirs.DeserializeCPUTime, &ours.DeserializeCPUTime},
				{&theirs.PeakExecution, &ours.PeakExecution},
				{&theirs.RemoteReadToDisk, &ours.RemoteReadToDisk},
			} {
				if *f.theirs == 0 || *f.ours == 0 { // Spark 2 has the peak in its totals and not in its tasks.
					*f.theirs, *f.ours = 0, 0
				}
			}
			if diff := cmp.Diff(theirs, ours); diff != "" {
				t.Errorf("%s: stage %d (-Spark's total +ours):\n%s", name, s.ID, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d stages agree", stages)
	if stages < 100 {
		t.Errorf("only %d stages were compared", stages)
	}
}
