package eventlog

// Ops is the set of operators that a stage ran, as far as the plans of its query name them.
type Ops uint32

// The operators that matter to how fast a stage is.
const (
	OpScan Ops = 1 << iota
	OpFilter
	OpProject
	OpBroadcastJoin
	OpShuffleJoin // sort merge and shuffled hash
	OpNestedLoopJoin
	OpPartialAggregate
	OpAggregate
	OpSort
	OpWindow
	OpExchange
	OpWrite
	OpPython
	OpGPU
	OpPhoton
)

// Kind is where a stage's bytes come from and where they go. Rates of stages of one kind can be compared.
type Kind uint8

// The kinds of stages.
const (
	KindOther        Kind = iota
	KindScan              // files to the driver, or to a cache
	KindScanShuffle       // files to a shuffle
	KindScanWrite         // files to files
	KindShuffle           // shuffle to the driver
	KindShuffleJoin       // shuffle through a join of two shuffled sides
	KindShuffleAgg        // shuffle through an aggregate
	KindShuffleWrite      // shuffle to files
	Kinds                 // how many there are
)

// String is the kind in words.
func (k Kind) String() string {
	if k >= Kinds {
		return "unknown"
	}
	return [...]string{
		"other", "scan", "scan to shuffle", "scan to files", "shuffle to driver", "join", "aggregate", "shuffle to files",
	}[k]
}
