package component

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func spark41() Component {
	return Component{
		Name: "spark-41", Title: "Spark 4.1", Chart: "spark-4.1",
		Needs:   []string{"object-store", "hive-metastore"},
		Secrets: storeKeys,
		Pods: func(s spec.Spec) []Pod {
			pods := []Pod{connectPod(s), executorPod(s)}
			if s.Spark.History {
				pods = append(pods, historyPod())
			}
			return pods
		},
		Doors:  sparkDoors,
		Values: sparkValues,
	}
}

func sparkDoors(s spec.Spec) []Door {
	doors := []Door{
		{Title: "Spark Connect", Service: "spark-41-connect", Port: 15002, Scheme: "sc"},
		{Title: "Spark UI", Service: "spark-41-connect", Port: 4040, Scheme: "http"},
	}
	if s.Spark.History {
		doors = append(doors, Door{Title: "History Server", Service: "spark-history", Port: 18080, Scheme: "http"})
	}
	return doors
}

// shipperMemory is the sidecar that copies event logs to the bucket.
const (
	shipperMemory = 64 * mib
	shipperCPU    = 10
)

// serverPod is the Connect container: its heap and 512 MiB for the JVM
// itself, network buffers and the Python planner.
func serverPod(s spec.Spec) Pod {
	return Pod{Name: "spark-connect", Count: 1, CPUMilli: 500, Memory: (heapMiB(s.Spark.Driver.Memory) + 512) * mib}
}

// connectPod is the whole Connect pod, sidecar included.
func connectPod(s spec.Spec) Pod {
	p := serverPod(s)
	p.CPUMilli += shipperCPU
	p.Memory += shipperMemory
	return p
}

// executorPod asks for less CPU than it has task slots in dev, where several
// people's ideas share one small node; elsewhere a slot is a core.
func executorPod(s spec.Spec) Pod {
	e := s.Spark.Executor
	heap := heapMiB(e.Memory)
	perSlot := int64(1000)
	if s.Environment == spec.Dev {
		perSlot = 400
	}
	return Pod{Name: "executor", Count: e.Max, CPUMilli: int64(e.Cores) * perSlot, Memory: (heap + overheadMiB(heap)) * mib, Elastic: true}
}

func historyPod() Pod { return Pod{Name: "spark-history", Count: 1, CPUMilli: 100, Memory: 768 * mib} }

func sparkValues(s spec.Spec) map[string]any {
	e, pod := s.Spark.Executor, executorPod(s)
	store := s3(s)
	store["bucket"] = s.Storage.Bucket
	return map[string]any{
		"imageRegistry": s.Images.Registry,
		"image":         map[string]any{"tag": s.Spark.Version},
		"s3":            store,
		"connect":       map[string]any{"driverMemory": s.Spark.Driver.Memory, "resources": resources(serverPod(s))},
		"executor": map[string]any{
			"cores": e.Cores, "memory": e.Memory,
			"memoryOverhead": fmt.Sprintf("%dm", overheadMiB(heapMiB(e.Memory))),
			"requestCores":   fmt.Sprintf("%dm", pod.CPUMilli),
			"instances":      map[string]any{"min": e.Min, "max": e.Max, "initial": e.Min},
		},
		"history": map[string]any{"enabled": s.Spark.History, "resources": resources(historyPod())},
		"iceberg": map[string]any{
			"enabled": s.Iceberg.Enabled, "metastoreUri": "thrift://hive-metastore:9083", "warehouse": warehouse(s),
		},
		"networkPolicy": networkPolicy(s),
	}
}
