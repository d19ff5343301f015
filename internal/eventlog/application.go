package eventlog

// Application is everything that was kept of one log. Texts are cut after 1000 bytes.
type Application struct {
	ID, Attempt, Name, User string
	SparkVersion            string // empty: logs before Spark 1.4 do not say
	Start, End              int64  // End is the last time seen in the log when nothing says that the application ended
	Ended                   bool   // the log has the event that ends an application
	Databricks              bool
	Photon, GPU             bool // a query plan has operators of Photon, of RAPIDS
	Properties              map[string]string

	Jobs      []Job      // by ID
	Stages    []Stage    // attempts that were submitted, by stage ID and attempt; what was skipped is not here
	Executors []Executor // in the order in which they came, and the driver; Workers are those that run tasks
	SQL       []SQL      // by ID

	Bytes      int64    // size of the log, decompressed
	Lines      int64    // events, known and unknown
	Incomplete []string // why this is not everything, in words; empty when it is
}

// Duration is how long the application ran, as far as the log says.
func (a *Application) Duration() int64 { return max(0, a.End-a.Start) }

// Job is what one action asked for.
type Job struct {
	ID          int
	Start, End  int64 // End is 0 when the log ends before the job
	Succeeded   bool
	Reason      string // why it failed
	Stages      []int  // IDs of all its stages, skipped ones as well
	SQL         int64  // the execution that it belongs to, -1 without
	Description string
	Group       string
}

// Executor is one that came, with the slots it brought.
type Executor struct {
	ID, Host       string
	Cores          int
	Added, Removed int64 // Removed is 0 while it is there
	Reason         string
	PeakHeap       int64 // highest JVMHeapMemory, 0: not measured
	PeakOffHeap    int64 // highest JVMOffHeapMemory
	PeakRSS        int64 // highest sum of the process tree's resident memory, JVM, Python and others; 0: not measured
	MaxMemory      int64 // storage and execution memory as its block manager registered it
	Tasks          int   // tasks that ended on it
}

// SQL is one execution of a query.
type SQL struct {
	ID          int64
	Root        int64 // the execution that it is part of; its own ID when it is none's
	Description string
	Start, End  int64 // End is 0 when the log ends before
	Error       string
	Jobs        []int
	Files       Files
}

// Files is what a query's scans read and its writes wrote, from the metrics of its plan.
type Files struct {
	Read, ReadBytes       int64
	Written, WrittenBytes int64
}
