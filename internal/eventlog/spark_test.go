package eventlog_test

import (
	"os"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// TestSpark reads logs that Spark 4.1 wrote itself with each codec, of one small application: a query with a shuffle, and a job
// of five tasks after it. One was copied while it was being written, after the query.
func TestSpark(t *testing.T) {
	for name, want := range map[string]struct{ jobs, tasks int }{
		"spark-4.1.lz4": {3, 10}, "spark-4.1.snappy": {3, 10}, "spark-4.1.zstd": {3, 10}, "spark-4.1-cut.zstd": {2, 5},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := eventlog.Read(os.DirFS("testdata"), name, eventlog.Options{})
			if err != nil {
				t.Fatal(err)
			}
			o := eventlog.Observe(&a)
			if o.SparkVersion != "4.1.4" || o.Jobs != want.jobs || o.Stages != want.jobs || o.Tasks != want.tasks || o.FailedTasks != 0 {
				t.Errorf("%+v", o)
			}
			if o.ShuffleReadBytes != 917 || o.ShuffleWriteBytes != 917 || o.MaxExecutors != 1 || o.CoresPerExecutor != 2 {
				t.Errorf("%+v", o)
			}
			if cut := strings.Contains(name, "cut"); o.Incomplete != cut || a.Ended == cut {
				t.Errorf("incomplete: %v", o.IncompleteBecause)
			}
			if !strings.HasPrefix(o.AppName, "fixture <b>") || a.Properties["spark.sql.shuffle.partitions"] != "3" {
				t.Errorf("%q, %v", o.AppName, a.Properties)
			}
			for i := range a.Stages {
				s := &a.Stages[i]
				if s.StageInfo.Metrics.RunTime != s.Metrics.RunTime || s.StageInfo.Metrics.ShuffleWrite != s.Metrics.ShuffleWrite {
					t.Errorf("stage %d: Spark's totals %+v, ours %+v", s.ID, s.StageInfo.Metrics, s.Metrics)
				}
				if s.SQL >= 0 && s.Ops == 0 {
					t.Errorf("stage %d of query %d has no operators", s.ID, s.SQL)
				}
			}
			if len(a.SQL) != 1 || a.SQL[0].End == 0 || len(a.SQL[0].Jobs) != 2 {
				t.Errorf("%+v", a.SQL)
			}
		})
	}
}

// TestSparkLZF: an application without a job, which its driver was asked to end early.
func TestSparkLZF(t *testing.T) {
	a, err := eventlog.Read(os.DirFS("testdata"), "spark-4.1.lzf", eventlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a.SparkVersion != "4.1.4" || a.Bytes != 97139 || a.Lines != 7 || !a.Ended || len(a.Incomplete) > 0 || a.Duration() != 286473 {
		t.Errorf("%d bytes, %d lines, %v, %+v", a.Bytes, a.Lines, a.Incomplete, eventlog.Observe(&a))
	}
}
