package eventlog_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

const spark = "apache-spark-3.5-dev/core/src/test/resources"

// hsStage is a stage as Spark's History Server answers it, without what we do not keep.
type hsStage struct {
	Status          string `json:"status"`
	StageID         int    `json:"stageId"`
	AttemptID       int    `json:"attemptId"`
	NumTasks        int    `json:"numTasks"`
	CompleteTasks   int    `json:"numCompleteTasks"`
	FailedTasks     int    `json:"numFailedTasks"`
	KilledTasks     int    `json:"numKilledTasks"`
	Submission      string `json:"submissionTime"`
	Completion      string `json:"completionTime"`
	Name            string `json:"name"`
	Deserialize     int64  `json:"executorDeserializeTime"`
	DeserializeCPU  int64  `json:"executorDeserializeCpuTime"`
	RunTime         int64  `json:"executorRunTime"`
	CPUTime         int64  `json:"executorCpuTime"`
	ResultSize      int64  `json:"resultSize"`
	GC              int64  `json:"jvmGcTime"`
	Serialization   int64  `json:"resultSerializationTime"`
	MemorySpill     int64  `json:"memoryBytesSpilled"`
	DiskSpill       int64  `json:"diskBytesSpilled"`
	PeakExecution   int64  `json:"peakExecutionMemory"`
	Input           int64  `json:"inputBytes"`
	InputRecords    int64  `json:"inputRecords"`
	Output          int64  `json:"outputBytes"`
	OutputRecords   int64  `json:"outputRecords"`
	RemoteBlocks    int64  `json:"shuffleRemoteBlocksFetched"`
	LocalBlocks     int64  `json:"shuffleLocalBlocksFetched"`
	FetchWait       int64  `json:"shuffleFetchWaitTime"`
	RemoteBytes     int64  `json:"shuffleRemoteBytesRead"`
	LocalBytes      int64  `json:"shuffleLocalBytesRead"`
	ShuffleRead     int64  `json:"shuffleReadBytes"`
	ShuffleRecords  int64  `json:"shuffleReadRecords"`
	ShuffleWrite    int64  `json:"shuffleWriteBytes"`
	ShuffleWritten  int64  `json:"shuffleWriteRecords"`
	ShuffleWriting  int64  `json:"shuffleWriteTime"`
	ResourceProfile int    `json:"resourceProfileId"`
}

// hsTime is a time as the History Server writes it.
func hsTime(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000") + "GMT"
}

func ourStage(s *eventlog.Stage) hsStage {
	m := s.Metrics
	status := "COMPLETE"
	if s.FailureReason != "" {
		status = "FAILED"
	}
	complete := 0
	for _, task := range s.Tasks {
		if task.Succeeded() {
			complete++
		}
	}
	return hsStage{
		status, s.ID, s.Attempt, s.NumTasks, complete, s.Failed, s.Killed, hsTime(s.Submitted), hsTime(s.Completed), s.Name,
		m.DeserializeTime, m.DeserializeCPUTime, m.RunTime, m.CPUTime, m.ResultBytes, m.GCTime, m.ResultSerialization,
		m.MemorySpill, m.DiskSpill, m.PeakExecution, m.Input, m.InputRecords, m.Output, m.OutputRecords, m.RemoteBlocks, m.LocalBlocks,
		m.FetchWait, m.RemoteRead, m.LocalRead, m.ShuffleRead(), m.ShuffleRecords, m.ShuffleWrite, m.ShuffleWriteRecords,
		m.ShuffleWriteTime, s.ResourceProfile,
	}
}

// TestHistoryServerStages holds our stages against what Spark's own tests expect of its History Server.
func TestHistoryServerStages(t *testing.T) {
	for expected, log := range map[string]string{
		"stage_list_json_expectation.json":                                 "local-1422981780767",
		"complete_stage_list_json_expectation.json":                        "local-1422981780767",
		"failed_stage_list_json_expectation.json":                          "local-1422981780767",
		"one_stage_json_expectation.json":                                  "local-1422981780767",
		"one_stage_json_with_details_expectation.json":                     "local-1422981780767",
		"one_stage_attempt_json_details_with_failed_task_expectation.json": "local-1422981780767",
		"stage_list_with_accumulable_json_expectation.json":                "local-1426533911241",
		"stage_list_with_peak_metrics_expectation.json":                    "app-20200706201101-0003",
		"stage_with_peak_metrics_expectation.json":                         "app-20200706201101-0003",
		"stage_with_summaries_expectation.json":                            "app-20200706201101-0003",
		"stage_with_speculation_summary_expectation.json":                  "application_1628109047826_1317105",
		"excludeOnFailure_for_stage_expectation.json":                      "app-20180109111548-0000",
		"excludeOnFailure_node_for_stage_expectation.json":                 "application_1516285256255_0012",
	} {
		t.Run(expected, func(t *testing.T) {
			a := read(t, path.Join(spark, "spark-events", log))
			ours := map[[2]int]hsStage{}
			for i := range a.Stages {
				ours[[2]int{a.Stages[i].ID, a.Stages[i].Attempt}] = ourStage(&a.Stages[i])
			}
			theirs := list[hsStage](t, path.Join(spark, "HistoryServerExpectations", expected))
			if len(theirs) == 0 {
				t.Fatal("nothing expected")
			}
			for _, want := range theirs {
				if diff := cmp.Diff(want, ours[[2]int{want.StageID, want.AttemptID}]); diff != "" {
					t.Errorf("stage %d attempt %d (-History Server +ours):\n%s", want.StageID, want.AttemptID, diff)
				}
			}
		})
	}
}

// list is a file with one object, or with a list of them.
func list[T any](t *testing.T, name string) []T {
	t.Helper()
	data := open(t, name)
	var all []T
	if json.Unmarshal(data, &all) == nil {
		return all
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		t.Fatal(err)
	}
	return []T{one}
}

type hsJob struct {
	ID        int    `json:"jobId"`
	Stages    []int  `json:"stageIds"`
	Status    string `json:"status"`
	Completed int    `json:"numCompletedTasks"`
	Failed    int    `json:"numFailedTasks"`
	Killed    int    `json:"numKilledTasks"`
}

func TestHistoryServerJobs(t *testing.T) {
	for expected, log := range map[string]string{
		"job_list_json_expectation.json":                  "local-1422981780767",
		"one_job_json_expectation.json":                   "local-1422981780767",
		"succeeded_job_list_json_expectation.json":        "local-1422981780767",
		"succeeded_failed_job_list_json_expectation.json": "local-1422981780767",
	} {
		t.Run(expected, func(t *testing.T) {
			a := read(t, path.Join(spark, "spark-events", log))
			ours := map[int]hsJob{}
			for _, j := range a.Jobs {
				ours[j.ID] = ourJob(a, j)
			}
			for _, want := range list[hsJob](t, path.Join(spark, "HistoryServerExpectations", expected)) {
				if diff := cmp.Diff(want, ours[want.ID]); diff != "" {
					t.Errorf("job %d (-History Server +ours):\n%s", want.ID, diff)
				}
			}
		})
	}
}

func ourJob(a *eventlog.Application, j eventlog.Job) hsJob {
	ours := hsJob{ID: j.ID, Stages: j.Stages, Status: "FAILED"}
	if j.Succeeded {
		ours.Status = "SUCCEEDED"
	}
	for _, s := range a.Stages {
		if s.Job != j.ID {
			continue
		}
		ours.Failed += s.Failed
		ours.Killed += s.Killed
		ours.Completed += len(s.Tasks) - s.Failed - s.Killed
	}
	return ours
}

type hsExecutor struct {
	ID        string `json:"id"`
	Cores     int    `json:"totalCores"`
	Tasks     int    `json:"totalTasks"`
	MaxMemory int64  `json:"maxMemory"`
	Added     string `json:"addTime"`
	Removed   string `json:"removeTime"`
	Peak      struct {
		Heap    int64 `json:"JVMHeapMemory"`
		OffHeap int64 `json:"JVMOffHeapMemory"`
	} `json:"peakMemoryMetrics"`
}

func TestHistoryServerExecutors(t *testing.T) {
	for expected, log := range map[string]string{
		"executor_list_json_expectation.json":                         "local-1422981780767",
		"executor_list_with_executor_metrics_json_expectation.json":   "application_1553914137147_0018",
		"executor_memory_usage_expectation.json":                      "app-20161116163331-0000",
		"executor_node_excludeOnFailure_expectation.json":             "app-20161116163331-0000",
		"executor_node_excludeOnFailure_unexcluding_expectation.json": "app-20161115172038-0000",
		"executor_resource_information_expectation.json":              "application_1555004656427_0144",
	} {
		t.Run(expected, func(t *testing.T) {
			a := read(t, path.Join(spark, "spark-events", log))
			ours := map[string]hsExecutor{}
			for _, x := range a.Executors {
				h := hsExecutor{ID: x.ID, Cores: x.Cores, Tasks: x.Tasks, MaxMemory: x.MaxMemory, Added: hsTime(x.Added), Removed: hsTime(x.Removed)}
				h.Peak.Heap, h.Peak.OffHeap = x.PeakHeap, x.PeakOffHeap
				ours[x.ID] = h
			}
			for _, want := range list[hsExecutor](t, path.Join(spark, "HistoryServerExpectations", expected)) {
				if diff := cmp.Diff(want, ours[want.ID]); diff != "" {
					t.Errorf("executor %s (-History Server +ours):\n%s", want.ID, diff)
				}
			}
		})
	}
}

// TestHistoryServerQuantiles: both say the same of the distribution over tasks.
func TestHistoryServerQuantiles(t *testing.T) {
	for expected, stage := range map[string]int{
		"stage_task_summary_w_shuffle_write_expectation.json": 0,
		"stage_task_summary_w_shuffle_read_expectation.json":  1,
	} {
		a := read(t, path.Join(spark, "spark-events", "local-1430917381534"))
		want := list[struct {
			Quantiles []float64 `json:"quantiles"`
			Duration  []float64 `json:"duration"`
			RunTime   []float64 `json:"executorRunTime"`
		}](t, path.Join(spark, "HistoryServerExpectations", expected))[0]
		for i, s := range a.Stages {
			if s.ID != stage {
				continue
			}
			d, r := a.Stages[i].Durations, a.Stages[i].RunTimes
			ours := [][]float64{
				{float64(d.P25), float64(d.P50), float64(d.P75), float64(d.P95)},
				{float64(r.P25), float64(r.P50), float64(r.P75), float64(r.P95)},
			}
			if diff := cmp.Diff([][]float64{want.Duration[1:], want.RunTime[1:]}, ours); diff != "" {
				t.Errorf("stage %d (-History Server +ours):\n%s", stage, diff)
			}
		}
	}
}

type hsApplication struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Attempts []struct {
		Attempt   string `json:"attemptId"`
		Start     string `json:"startTime"`
		End       string `json:"endTime"`
		Duration  int64  `json:"duration"`
		User      string `json:"sparkUser"`
		Completed bool   `json:"completed"`
		Version   string `json:"appSparkVersion"`
	} `json:"attempts"`
}

// TestHistoryServerApplications: names, times and versions of all its applications.
func TestHistoryServerApplications(t *testing.T) {
	entries, err := fs.ReadDir(os.DirFS(logs(t)), path.Join(spark, "spark-events"))
	if err != nil {
		t.Fatal(err)
	}
	ours := map[[2]string]*eventlog.Application{}
	for _, e := range entries {
		a := read(t, path.Join(spark, "spark-events", e.Name()))
		ours[[2]string{a.ID, a.Attempt}] = a
	}
	compared := 0
	for _, app := range list[hsApplication](t, path.Join(spark, "HistoryServerExpectations", "application_list_json_expectation.json")) {
		for _, want := range app.Attempts {
			a := ours[[2]string{app.ID, want.Attempt}]
			if a == nil {
				t.Errorf("%s attempt %q was not read", app.ID, want.Attempt)
				continue
			}
			compared++
			got := want
			got.Start, got.End, got.Duration, got.User, got.Completed = hsTime(a.Start), hsTime(a.End), a.Duration(), a.User, a.Ended
			got.Version = a.SparkVersion
			if diff := cmp.Diff(want, got); diff != "" || a.Name != app.Name {
				t.Errorf("%s %q, want %q (-History Server +ours):\n%s", app.ID, a.Name, app.Name, diff)
			}
		}
	}
	if compared < 15 {
		t.Errorf("only %d attempts were compared", compared)
	}
}
