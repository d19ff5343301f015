package sizing

// Advice is the answer. Its JSON form is a contract; docs/size.schema.json
// describes it.
type Advice struct {
	Workload       Workload          `json:"workload"`
	Recommendation Recommendation    `json:"recommendation"`
	Duration       Range[float64]    `json:"durationSeconds"` // with the central number of executors, under good, likely and bad rates
	Least          Range[float64]    `json:"leastSeconds"`    // no number of executors is faster
	Attainable     bool              `json:"attainable"`      // the target can be met at all, under likely rates
	Binding        Binding           `json:"binding"`
	Steps          []Step            `json:"steps"`
	CoreSeconds    Range[float64]    `json:"coreSeconds"`
	Fit            Fit               `json:"fit"`
	Cost           Cost              `json:"cost"`
	Alternatives   []Alternative     `json:"alternatives,omitempty"` // other machines of the cloud, the cheapest first
	Given          *Prediction       `json:"given,omitempty"`        // what would happen on the shape that was asked about
	Curve          []Point           `json:"curve"`
	SparkConf      map[string]string `json:"sparkConf"`
	Assumptions    []string          `json:"assumptions"`
	Warnings       []string          `json:"warnings,omitempty"`
}

// Recommendation is the shape to run with.
type Recommendation struct {
	Executors         Range[int]   `json:"executors"`
	ExecutorCores     int          `json:"executorCores"`     // task slots of one executor
	ExecutorMemoryMiB Range[int64] `json:"executorMemoryMiB"` // JVM heap
	MemoryOverheadMiB int64        `json:"memoryOverheadMiB"` // beside the central heap
	PodMemoryMiB      int64        `json:"podMemoryMiB"`      // heap and overhead
	Partitions        Range[int]   `json:"partitions"`
	LocalDiskMiB      Range[int64] `json:"localDiskMiB"` // of one executor, for shuffle files
}

// Binding is what the number of executors is bound by.
type Binding struct {
	ID   string `json:"id"` // work, critical-path, max-executors, small-data, one-executor, given
	Says string `json:"says"`
}

// Step is one transformation, so that the sum can be checked by hand.
type Step struct {
	Name        string         `json:"name"`
	Bytes       Range[float64] `json:"bytes"`            // that it reads
	Rate        Range[float64] `json:"mibPerCoreSecond"` // 0: counted with the step before
	CoreSeconds Range[float64] `json:"coreSeconds"`
	Source      string         `json:"source"` // of the rate
	operator    operator
}

// Cost is what one run costs: whole nodes from the first second to the last,
// and one core for the driver.
type Cost struct {
	OnDemand Range[float64] `json:"onDemand"`
	Spot     Range[float64] `json:"spot"`  // executors on spot machines, the driver on demand
	Share    Range[float64] `json:"share"` // on demand, for the part of the nodes that executors ask for, as on a shared cluster
	Currency string         `json:"currency"`
	AsOf     string         `json:"asOf"` // date of the price; empty: the file does not say
	Source   string         `json:"source"`
	Region   string         `json:"region"`
	Instance string         `json:"instance"`
	Hourly   float64        `json:"hourlyOnDemand"`
	Spotly   float64        `json:"hourlySpot"`
}

// Alternative is another machine for the same executors.
type Alternative struct {
	Instance string  `json:"instance"`
	Kind     string  `json:"kind"`
	Arch     string  `json:"arch,omitempty"`
	Fit      Fit     `json:"fit"`
	OnDemand float64 `json:"onDemand"` // central, as Cost
	Spot     float64 `json:"spot"`
}

// Prediction is what a shape that somebody has in mind would do.
type Prediction struct {
	Executors     int            `json:"executors"`
	ExecutorCores int            `json:"executorCores"`
	Duration      Range[float64] `json:"durationSeconds"`
	OnDemand      Range[float64] `json:"onDemand"`
	Spot          Range[float64] `json:"spot"`
}

// Point is one number of executors on the curve.
type Point struct {
	Executors int            `json:"executors"`
	Seconds   Range[float64] `json:"seconds"`
	OnDemand  float64        `json:"onDemand"` // central
	Spot      float64        `json:"spot"`
}
