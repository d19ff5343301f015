package eventlog

// Stage is one attempt at a stage, with what its tasks measured.
type Stage struct {
	StageInfo

	Job     int // the first job that asked for it, -1: none did
	SQL     int64
	Kind    Kind
	Ops     Ops // operators of the query plan that ran in it
	Failed  int // task attempts that failed
	Killed  int // task attempts that were killed, mostly the slower of two
	Metrics Metrics

	Tasks     []Task // task attempts in the order in which they ended
	Durations Dist   // milliseconds from launch to finish, of attempts that succeeded
	RunTimes  Dist   // milliseconds of executorRunTime, of attempts that succeeded
	Inputs    Dist   // bytes each successful attempt read, from files and from shuffles
}

// StageInfo is what Spark's scheduler says about an attempt at a stage.
type StageInfo struct {
	ID, Attempt          int
	Name                 string
	NumTasks             int
	Parents              []int
	Submitted, Completed int64 // 0: not yet
	FailureReason        string
	ResourceProfile      int
	accumulators         []int64 // IDs of the totals that are not Spark's own, valid during the event
	// Metrics are the stage's own sums over its tasks, as the event that completes it has them. Logs with tasks say it more
	// exactly in Stage.Metrics.
	Metrics Metrics
}

// Metrics are sums over task attempts, except for the two peaks.
type Metrics struct {
	Tasks               int64 // attempts with metrics
	RunTime             int64 // executorRunTime, ms
	CPUTime             int64 // ns
	DeserializeTime     int64 // ms
	DeserializeCPUTime  int64 // ns
	ResultSerialization int64 // ms
	ResultBytes         int64
	GCTime              int64 // ms
	MemorySpill         int64
	DiskSpill           int64
	PeakExecution       int64 // the sum of peaks, as Spark adds them up; PeakTask is the highest of one task
	PeakTask            int64
	Input               int64
	InputRecords        int64
	Output              int64
	OutputRecords       int64
	RemoteBlocks        int64
	LocalBlocks         int64
	RemoteRead          int64 // shuffle bytes from other executors
	RemoteReadToDisk    int64
	LocalRead           int64 // shuffle bytes from the same executor
	ShuffleRecords      int64
	FetchWait           int64 // ms
	ShuffleWrite        int64
	ShuffleWriteRecords int64
	ShuffleWriteTime    int64 // ns
	PeakHeap            int64 // highest JVMHeapMemory that a task saw, 0: not measured
}

// ShuffleRead is what was fetched from the outputs of other stages.
func (m Metrics) ShuffleRead() int64 { return m.RemoteRead + m.LocalRead }

// Dist is a distribution. Quantiles are values that occurred: the one at the index n·q, rounded down, of the sorted values, as
// Spark's own History Server takes them.
type Dist struct {
	N                       int
	Sum                     int64
	Min, P25, P50, P75, P95 int64
	Max                     int64
}

// Mean is 0 without values.
func (d Dist) Mean() float64 {
	if d.N == 0 {
		return 0
	}
	return float64(d.Sum) / float64(d.N)
}
