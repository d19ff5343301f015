package eventlog

// Observed is what was measured, under the names of the JSON output. Sums are over all task attempts that have metrics, failed
// ones as well: that is the time and the memory the cluster spent.
type Observed struct {
	AppID             string   `json:"appId"`
	AppName           string   `json:"appName"`
	SparkVersion      string   `json:"sparkVersion"`
	DurationMs        int64    `json:"durationMs"`
	Jobs              int      `json:"jobs"`
	Stages            int      `json:"stages"` // attempts that were submitted
	Tasks             int      `json:"tasks"`  // attempts that ended
	FailedTasks       int      `json:"failedTasks"`
	ExecutorRunTimeMs int64    `json:"executorRunTimeMs"`
	InputBytes        int64    `json:"inputBytes"`
	OutputBytes       int64    `json:"outputBytes"`
	ShuffleReadBytes  int64    `json:"shuffleReadBytes"`
	ShuffleWriteBytes int64    `json:"shuffleWriteBytes"`
	MemorySpillBytes  int64    `json:"memorySpillBytes"`
	DiskSpillBytes    int64    `json:"diskSpillBytes"`
	JVMGCTimeMs       int64    `json:"jvmGcTimeMs"`
	MaxExecutors      int      `json:"maxExecutors"`     // most that were there at one time
	CoresPerExecutor  int      `json:"coresPerExecutor"` // of most of them; 0: the log does not say
	Incomplete        bool     `json:"incomplete"`
	IncompleteBecause []string `json:"incompleteBecause,omitempty"`
}
