package replay

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// Setting is one property that is recommended, beside what the log had.
type Setting struct {
	Key  string `json:"key"`
	Was  string `json:"was"` // empty: not set
	Want string `json:"want"`
	Why  string `json:"why"`
}

// Constants of the recommendations, with their sources.
const (
	heapHigh      = 0.95 // DataFlint: above this share of the heap a task more may be one too many
	heapLow       = 0.70 // DataFlint: below it memory is paid for and not used
	heapRoom      = 1.2  // DataFlint: what to give, times the peak
	leastHeapMiB  = 1024
	partitionSize = 128 << 20 // bytes of shuffle for one task: Spark's advisory size is 64 MiB, RAPIDS' and AWS' 128 MiB
	tasksPerSlot  = 2         // Spark's tuning guide: 2 to 3 tasks for each core
)

// Recommend says which properties the application should run with; a property that is right as it is does not appear.
func Recommend(a *eventlog.Application, r Result) []Setting {
	if r.Unknown != "" || strings.HasPrefix(a.Properties["spark.master"], "local") {
		return nil // A local application has no executors to size.
	}
	all := []Setting{executors(a, r), memory(a), overhead(a), partitions(a, r)}
	kept := all[:0]
	for _, s := range all {
		if s.Want != "" && s.Want != s.Was {
			kept = append(kept, s)
		}
	}
	return kept
}

func executors(a *eventlog.Application, r Result) Setting {
	key := "spark.executor.instances"
	if a.Properties["spark.dynamicAllocation.enabled"] == "true" {
		key = "spark.dynamicAllocation.maxExecutors"
	}
	return Setting{key, a.Properties[key], strconv.Itoa(r.Knee.Executors), fmt.Sprintf(
		"one executor more saves less than %.0f %% of the time; the run had %d", defaultGain*100, a.MaxExecutors())}
}

// memory follows the highest heap that was measured. Logs without such measurements leave it as it is.
func memory(a *eventlog.Application) Setting {
	const key = "spark.executor.memory"
	s := Setting{Key: key, Was: a.Properties[key]}
	heap := MiB(s.Was, 1024) // Spark's default is 1g.
	peak := a.PeakHeap() >> 20
	if peak == 0 || heap == 0 {
		return s
	}
	switch share := float64(peak) / float64(heap); {
	case share > heapHigh:
		s.Want = gib(float64(heap) * heapRoom)
	case share < heapLow:
		if want := math.Max(leastHeapMiB, float64(peak)*heapRoom); want < float64(heap)*0.9 {
			s.Want = gib(want)
		}
	}
	s.Why = fmt.Sprintf("the fullest executor used %d of %d MiB", peak, heap)
	if MiB(s.Want, 0) == heap {
		s.Want = ""
	}
	return s
}

// overhead is what a process needs beside its heap: Python workers, buffers. It follows the resident memory of the process
// tree, where the log has it.
func overhead(a *eventlog.Application) Setting {
	const key = "spark.executor.memoryOverhead"
	s := Setting{Key: key, Was: a.Properties[key]}
	heap := MiB(a.Properties["spark.executor.memory"], 1024)
	has := max(384, heap/10)
	if s.Was != "" {
		has = MiB(s.Was, 384)
	}
	var peak int64
	for _, e := range a.Workers() {
		peak = max(peak, e.PeakRSS>>20)
	}
	if need := peak - heap; peak > 0 && need > has {
		s.Want = fmt.Sprintf("%dm", int64(math.Ceil(float64(need)*heapRoom)))
		s.Why = fmt.Sprintf("the largest executor had %d MiB resident, with a heap of %d MiB", peak, heap)
	}
	return s
}

// partitions looks at the stage that reads most from shuffles. It speaks up when a task had more than twice too much, and
// spilled, or less than half of a sensible count was asked for.
func partitions(a *eventlog.Application, r Result) Setting {
	const key = "spark.sql.shuffle.partitions"
	s := Setting{Key: key, Was: a.Properties[key]}
	var largest *eventlog.Stage
	for i := range a.Stages {
		one := &a.Stages[i]
		if one.SQL >= 0 && (largest == nil || one.Metrics.ShuffleRead() > largest.Metrics.ShuffleRead()) {
			largest = one
		}
	}
	if largest == nil || largest.Metrics.ShuffleRead() < partitionSize {
		return s
	}
	slots := max(1, r.Knee.Cores/taskCPUs(a))
	want := max(int(math.Ceil(float64(largest.Metrics.ShuffleRead())/partitionSize)), tasksPerSlot*slots)
	want = (want + slots - 1) / slots * slots
	if tooFew := largest.NumTasks*2 <= want; tooFew || largest.Metrics.DiskSpill > 0 && largest.NumTasks < want {
		s.Want = strconv.Itoa(want)
		s.Why = fmt.Sprintf("stage %d read %d MiB of shuffle in %d tasks and spilled %d MiB", largest.ID,
			largest.Metrics.ShuffleRead()>>20, largest.NumTasks, largest.Metrics.DiskSpill>>20)
	}
	return s
}

// gib writes MiB the way people write them, rounded up to half a GiB.
func gib(mib float64) string {
	halves := int64(math.Ceil(mib / 512))
	if halves%2 == 0 {
		return fmt.Sprintf("%dg", halves/2)
	}
	return fmt.Sprintf("%dm", halves*512)
}

// MiB reads a size as Spark writes it, 4g or 512m or a number of MiB; otherwise when there is none.
func MiB(text string, otherwise int64) int64 {
	text = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), "b")
	if text == "" {
		return otherwise
	}
	factor := 1.0
	switch text[len(text)-1] {
	case 'k':
		factor = 1.0 / 1024
	case 'm':
	case 'g':
		factor = 1024
	case 't':
		factor = 1024 * 1024
	default:
		text += "m"
	}
	n, err := strconv.ParseFloat(text[:len(text)-1], 64)
	if err != nil || n < 0 || n > 1<<40 {
		return otherwise
	}
	return int64(n * factor)
}
