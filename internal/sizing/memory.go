package sizing

import "math"

const (
	// reservedMiB is what Spark keeps of a heap for itself, and unified the
	// share of the rest that tasks work in (UnifiedMemoryManager;
	// spark.memory.fraction).
	reservedMiB = 300
	unified     = 0.6
	// fair: of N tasks in one executor each is only promised half of its Nth
	// part (ExecutionMemoryPool), so the pool has to be twice the need.
	fair = 2.0
	// leastHeapMiB: Spark does not start below 450 MiB.
	leastHeapMiB = 1024
	// leastOverheadMiB is spark.executor.minMemoryOverhead.
	leastOverheadMiB = 384
	// The share of the heap that a pod gets beside it: Spark's default for
	// the JVM, and for Python on Kubernetes (NON_JVM_MEMORY_OVERHEAD_FACTOR).
	overheadJVM    = 0.10
	overheadPython = 0.40
	// From here on the JVM needs eight bytes for a pointer.
	largestHeapMiB = 32 << 10
)

// expansion is how much larger rows are in memory than in a compressed
// shuffle block: 2 to 3 times says Spark's tuning guide; 4.66 was the largest
// ratio of memory spilled to disk spilled in the public logs.
func expansion() Range[float64] { return Range[float64]{2, 3, 4.66} }

// heap is the JVM heap of an executor in whole GiB, so that a partition of
// partMiB fits into the memory of every one of its tasks.
func heap(cores int, partMiB, expand float64, shuffles bool) int64 {
	need := partMiB * expand
	if shuffles {
		need *= fair
	}
	mib := max(leastHeapMiB, reservedMiB+float64(cores)*need/unified)
	return int64(math.Ceil(mib/1024)) * 1024
}

// Overhead is the memory beside a heap, in MiB, as Spark computes it.
func Overhead(heapMiB int64, python bool) int64 {
	factor := overheadJVM
	if python {
		factor = overheadPython
	}
	return max(leastOverheadMiB, int64(float64(heapMiB)*factor))
}
