package replay_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/replay"
)

// applications reads every log of other projects that there is, each application once.
func applications(t *testing.T) []*eventlog.Application {
	t.Helper()
	dir := cmp.Or(os.Getenv("SPARKWIZ_EVENTLOGS"), filepath.Join("..", "..", "..", "shared", "eventlogs"))
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no event logs of other projects here: set SPARKWIZ_EVENTLOGS to a directory with them")
	}
	fsys := os.DirFS(dir)
	var all []*eventlog.Application
	seen := map[string]bool{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		rolled := d.IsDir() && (strings.HasPrefix(base, "eventlog_v2_") || base == "db_sim_eventlog")
		if d.IsDir() && !rolled || strings.Contains(name, "xpectations") || path.Ext(name) == ".zip" || path.Ext(name) == ".md" {
			return nil
		}
		a, err := eventlog.Read(fsys, name, eventlog.Options{})
		if key := fmt.Sprint(a.ID, a.Duration()); err == nil && !seen[key] {
			seen[key] = true
			all = append(all, &a)
		}
		if rolled {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestError replays every application that says how long it ran, on the executors that it really had. Sparklens' rule is
// beside it, on the same logs.
func TestError(t *testing.T) {
	var ours, theirs, inJobs []float64
	for _, a := range applications(t) {
		if !a.Ended && !a.Databricks {
			continue
		}
		r := replay.Run(a, replay.Options{})
		if r.Unknown != "" {
			continue
		}
		ours, theirs = append(ours, r.ErrorPercent), append(theirs, r.SparklensErrorPercent)
		// The driver's time is kept as it was and flatters both. So the same is said of the time in which jobs ran.
		if jobs := r.ActualMs - r.DriverMs; jobs > 0 {
			inJobs = append(inJobs, r.ErrorPercent*float64(r.ActualMs)/float64(jobs))
		}
		t.Logf("%-40s %8d ms, ours %8d %5.1f %%, Sparklens' %8d %5.1f %%, at best %8d, knee at %d", a.ID, r.ActualMs, r.SimulatedMs,
			r.ErrorPercent, r.SparklensMs, r.SparklensErrorPercent, r.CriticalPathMs, r.Knee.Executors)
		for _, p := range r.Curve {
			if p.Ms < r.CriticalPathMs {
				t.Errorf("%s: %d executors take %d ms, less than the critical path of %d", a.ID, p.Executors, p.Ms, r.CriticalPathMs)
			}
			if p.Busy < 0 || p.Busy > 1 || p.CoreSeconds <= 0 {
				t.Errorf("%s: %+v", a.ID, p)
			}
		}
	}
	if len(ours) < 40 {
		t.Fatalf("only %d logs", len(ours))
	}
	mean, median := averages(ours)
	theirMean, theirMedian := averages(theirs)
	t.Logf("%d logs: ours mean %.2f %%, median %.2f %%; Sparklens' rule mean %.2f %%, median %.2f %%", len(ours), mean, median, theirMean, theirMedian)
	jobMean, jobMedian := averages(inJobs)
	t.Logf("of the time in jobs: mean %.2f %%, median %.2f %%", jobMean, jobMedian)
	if mean > 4 || median > 2 {
		t.Errorf("mean %.2f %%, median %.2f %%", mean, median)
	}
}

func averages(values []float64) (mean, median float64) {
	slices.Sort(values)
	for _, v := range values {
		mean += v / float64(len(values))
	}
	return mean, values[len(values)/2]
}

// TestRatesOfLogs: the rates are in the range that was measured before on the same logs.
func TestRatesOfLogs(t *testing.T) {
	rates := replay.Rates(applications(t)...)
	if len(rates) < 4 {
		t.Errorf("%d kinds", len(rates))
	}
	for _, r := range rates {
		t.Logf("%-18s %3d stages, %6d GiB: %.1f, %.1f, %.1f MiB per core-second", r.Name, r.Stages, r.Bytes>>30, r.Low, r.Median, r.High)
		if r.Low > r.Median || r.Median > r.High || r.Median < 0.1 || r.Median > 1000 {
			t.Errorf("%+v", r)
		}
	}
}
