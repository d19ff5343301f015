package component

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

const mib = int64(1) << 20

// overheadMiB is what Spark adds to an executor's heap by default: a tenth,
// 384 MiB at least (spark.executor.memoryOverheadFactor and …minMemoryOverhead).
// It is set explicitly in the chart, so that the pod and the plan agree.
func overheadMiB(heapMiB int64) int64 { return max(384, heapMiB/10) }

// heapMiB reads a size in Spark's notation (512m, 4g). The answers were
// validated before; what cannot be read counts as nothing.
func heapMiB(text string) int64 {
	text = strings.ToLower(text)
	n, err := strconv.ParseInt(strings.TrimRight(text, "mg"), 10, 64)
	if err != nil {
		return 0
	}
	if strings.HasSuffix(text, "g") {
		n <<= 10
	}
	return n
}

// quantity reads a Kubernetes quantity such as 10Gi in bytes, 0 if it is none.
func quantity(text string) int64 {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return 0
	}
	return q.Value()
}

// milli reads a Kubernetes quantity of CPU such as 50m in thousandths of a
// core, 0 if it is none.
func milli(text string) int64 {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return 0
	}
	return q.MilliValue()
}

// resources are the requests of a pod, and its memory as limit: memory cannot
// be taken back, CPU can, so only memory is limited.
func resources(p Pod) map[string]any {
	memory := fmt.Sprintf("%dMi", p.Memory/mib)
	return map[string]any{
		"requests": map[string]any{"cpu": fmt.Sprintf("%dm", p.CPUMilli), "memory": memory},
		"limits":   map[string]any{"memory": memory},
	}
}
