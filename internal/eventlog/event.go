package eventlog

// Event is one line of a log as a struct: a pointer to one of the types below. It is valid until the visitor returns.
type Event interface{ event() }

// The events. Times are milliseconds since 1970.
type (
	// LogStart says which Spark wrote the log.
	LogStart struct{ SparkVersion string }

	// Environment has the Spark properties, as far as Spark did not redact them.
	Environment struct{ Spark map[string]string }

	// ApplicationStart names the application.
	ApplicationStart struct {
		ID, Attempt, Name, User string
		Time                    int64
	}

	// ApplicationEnd is the last event of a log that is complete.
	ApplicationEnd struct{ Time int64 }

	// JobStart has all stages of a job, and the properties that the thread had which started it.
	JobStart struct {
		ID         int
		Time       int64
		Stages     []StageInfo
		Properties map[string]string
		stageIDs   []int // all that logs before Spark 1.2 have
	}

	// JobEnd says whether the job succeeded.
	JobEnd struct {
		ID        int
		Time      int64
		Succeeded bool
		Reason    string
	}

	// StageSubmitted is an attempt at a stage whose tasks may start now.
	StageSubmitted struct{ Stage StageInfo }

	// StageCompleted is an attempt that ended, with its sums; FailureReason is empty when it succeeded.
	StageCompleted struct{ Stage StageInfo }

	// TaskEnd is one attempt at a task. Visitors get it only when they ask, and it is the same struct each time.
	TaskEnd struct {
		Stage, StageAttempt int
		ID                  int64
		Index, Attempt      int
		Type, Executor      string
		executor            []byte // points into the line
		Launch, Finish      int64
		GettingResult       int64
		Reason              string // Success, or the class of the failure
		Failed, Killed      bool
		Speculative         bool
		HasMetrics          bool
		Metrics             Metrics
	}

	// ExecutorAdded brings slots.
	ExecutorAdded struct {
		ID, Host        string
		Cores           int
		Time            int64
		ResourceProfile int
	}

	// ExecutorRemoved takes them away.
	ExecutorRemoved struct {
		ID, Reason string
		Time       int64
	}

	// BlockManagerAdded says how much memory for execution and storage an executor has.
	BlockManagerAdded struct {
		Executor  string
		MaxMemory int64
		Time      int64
	}

	// ExecutorMetrics are peaks of an executor during a stage. 0 is not measured.
	ExecutorMetrics struct {
		Executor                       string
		PeakHeap, PeakOffHeap, PeakRSS int64
	}

	// SQLStart is a query that starts to run.
	SQLStart struct {
		ID, Root    int64
		Description string
		Time        int64
		plan        []node
	}

	// SQLEnd is a query that ended; Error is empty when it succeeded.
	SQLEnd struct {
		ID    int64
		Time  int64
		Error string
	}
)

func (*LogStart) event()          {}
func (*Environment) event()       {}
func (*ApplicationStart) event()  {}
func (*ApplicationEnd) event()    {}
func (*JobStart) event()          {}
func (*JobEnd) event()            {}
func (*StageSubmitted) event()    {}
func (*StageCompleted) event()    {}
func (*TaskEnd) event()           {}
func (*ExecutorAdded) event()     {}
func (*ExecutorRemoved) event()   {}
func (*BlockManagerAdded) event() {}
func (*ExecutorMetrics) event()   {}
func (*SQLStart) event()          {}
func (*SQLEnd) event()            {}
