package component

import (
	"github.com/sparkwiz/sparkwiz/internal/sizing"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// shipperMemory is the sidecar that copies event logs to the bucket.
const (
	shipperMemory = 64 * mib
	shipperCPU    = 10
)

func (l line) pods(s spec.Spec) []Pod {
	pods := []Pod{l.connectPod(s), l.executorPod(s)}
	if l.history(s) {
		pods = append(pods, historyPod())
	}
	return pods
}

// serverPod is the Connect container: its heap and 512 MiB for the JVM
// itself, network buffers and the Python planner.
func (l line) serverPod(s spec.Spec) Pod {
	p := Pod{Name: l.release + "-connect", Count: 1, CPUMilli: 1000, Memory: (heapMiB(s.Spark.Driver.Memory) + 512) * mib}
	if s.Environment == spec.Dev {
		p.CPUMilli = 250
	}
	return p
}

// connectPod is the whole Connect pod, sidecar included.
func (l line) connectPod(s spec.Spec) Pod {
	p := l.serverPod(s)
	p.CPUMilli += shipperCPU
	p.Memory += shipperMemory
	return p
}

// executorPod asks for less CPU than it has task slots in dev, where several
// people's ideas share one small node; elsewhere a slot is a core, or what the
// calculation of a workload gives it so that executors fill their nodes.
func (l line) executorPod(s spec.Spec) Pod {
	e := s.Spark.Executor
	perSlot := int64(1000)
	switch {
	case s.Environment == spec.Dev:
		perSlot = 250
	case s.Workload.DatasetSize != "":
		perSlot = sizing.SlotMilli
	}
	p := Pod{
		Name: l.release + "-executor", Count: e.Max, CPUMilli: int64(e.Cores) * perSlot,
		Memory: (heapMiB(e.Memory) + l.executorOverheadMiB(s)) * mib, Elastic: true,
	}
	if l.asksForGPUs(s) {
		p.Extended = map[string]int64{"nvidia.com/gpu": 1}
	}
	where := l.pools(s)
	p.Selector, p.Tolerations = where.selector, where.tolerations
	return p
}

// executorOverheadMiB is memory beside an executor's heap: what Spark adds by
// default, and on a GPU the pinned pool of 2 GiB and 4 GiB for the plugin's
// own buffers.
func (l line) executorOverheadMiB(s spec.Spec) int64 {
	overhead := overheadMiB(heapMiB(s.Spark.Executor.Memory))
	if s.Workload.DatasetSize != "" {
		overhead = sizing.Overhead(heapMiB(s.Spark.Executor.Memory), s.Workload.PySpark)
	}
	if l.asksForGPUs(s) {
		return max(overhead, 6<<10)
	}
	return overhead
}

func historyPod() Pod { return Pod{Name: "spark-history", Count: 1, CPUMilli: 50, Memory: 768 * mib} }

// idle is how long an executor without work stays. In dev others wait for its
// room on the node; elsewhere a pause between two queries should not cost a
// new pod.
func idle(s spec.Spec) string {
	if s.Environment == spec.Dev {
		return "30s"
	}
	return "60s"
}

// shuffleKept is how long an executor stays for shuffle files that no running
// job needs.
func shuffleKept(s spec.Spec) string {
	if s.Environment == spec.Dev {
		return "60s"
	}
	return "5min"
}
