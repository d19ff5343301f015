package component

import (
	"fmt"
	"maps"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// line is one line of Spark as a component: the same in all lines but for a
// few names.
type line struct {
	release, title, chart string
	short                 string // ends the names of pods, e.g. 41
	of                    func(spec.Spec) spec.Line
	token                 bool // whether its Connect server can ask for one
	gpu                   bool // whether there is an image of it with RAPIDS
}

func lines() []line {
	return []line{
		{"spark-35", "Spark 3.5", "spark-3.5", "35", func(s spec.Spec) spec.Line { return s.Spark35 }, false, false},
		{"spark-41", "Spark 4.1", "spark-4.1", "41", func(s spec.Spec) spec.Line { return s.Spark41 }, true, true},
	}
}

func (l line) component() Component {
	return Component{
		Name: l.release, Title: l.title, Chart: l.chart,
		When:    func(s spec.Spec) bool { return l.of(s).Enabled },
		Needs:   []string{"keda", "object-store", "hive-metastore"},
		Secrets: l.secrets,
		Pods:    l.pods,
		Doors:   l.doors,
		Flows:   l.flows,
		Values:  l.values,
	}
}

// history reports whether the line brings the History Server: the newest
// does, for it reads the logs of older ones too.
func (l line) history(s spec.Spec) bool {
	return s.Spark.History && (l.token || !s.Spark41.Enabled)
}

func (l line) asksForToken(s spec.Spec) bool { return l.token && s.Spark.Token }

func (l line) secrets(s spec.Spec) []secret.Ref {
	refs := storeKeys(s)
	if l.asksForToken(s) {
		refs = append(refs, connectToken())
	}
	return refs
}

const connectSecret = "spark-connect"

func connectToken() secret.Ref {
	return secret.Ref{Secret: connectSecret, Key: "token", Purpose: "what clients of Spark Connect must show"}
}

func (l line) doors(s spec.Spec) []Door {
	doors := []Door{
		{Title: "Spark Connect " + l.title[len("Spark "):], Service: l.release + "-connect", Port: 15002, Scheme: "sc"},
		{Title: l.title + " UI", Service: l.release + "-connect", Port: 4040, Scheme: "http"},
	}
	if !l.token && s.Spark41.Enabled {
		// Beside the newer line, which keeps the ports that everybody knows.
		doors[0].Local, doors[1].Local = 15003, 4041
	}
	if l.asksForToken(s) {
		doors[0].Secret, doors[0].Key = connectSecret, "token"
	}
	if l.history(s) {
		doors = append(doors, Door{Title: "History Server", Service: "spark-history", Port: 18080, Scheme: "http"})
	}
	return doors
}

func (l line) values(s spec.Spec) map[string]any {
	pod := l.executorPod(s)
	connect := map[string]any{
		"driverMemory": s.Spark.Driver.Memory,
		"resources":    resources(l.serverPod(s)),
		"officeHours":  officeHours(s),
	}
	if l.token {
		connect["token"] = map[string]any{"enabled": s.Spark.Token, "existingSecret": connectSecret, "key": "token"}
	}
	selector, tolerations := executorNodes(l.pools(s))
	v := map[string]any{
		"imageRegistry": s.Images.Registry,
		"image":         map[string]any{"tag": l.tag(s)},
		"connect":       connect,
		"executor": map[string]any{
			"cores": s.Spark.Executor.Cores, "memory": s.Spark.Executor.Memory,
			"memoryOverhead": fmt.Sprintf("%dm", l.executorOverheadMiB(s)),
			"requestCores":   fmt.Sprintf("%dm", pod.CPUMilli),
			"idleTimeout":    idle(s), "shuffleTimeout": shuffleKept(s),
			"instances":    map[string]any{"min": s.Spark.Executor.Min, "max": s.Spark.Executor.Max, "initial": s.Spark.Executor.Min},
			"nodeSelector": selector, "tolerations": tolerations,
			"fallbackStorage": s.Scaling.Spot != spec.NoSpot,
		},
		"gpu":           l.gpuValues(s),
		"history":       map[string]any{"enabled": l.history(s), "resources": resources(historyPod())},
		"iceberg":       map[string]any{"enabled": s.Iceberg.Enabled, "metastoreUri": "thrift://hive-metastore:9083"},
		"logs":          map[string]any{"format": s.Observability.Logs},
		"networkPolicy": withPrometheus(s, storePeers(s)),
	}
	maps.Copy(v, store(s))
	return v
}

// tag is the image's: RAPIDS is an image of its own, being larger than Spark.
func (l line) tag(s spec.Spec) string {
	if l.onGPU(s) {
		return l.of(s).Version + "-rapids"
	}
	return l.of(s).Version
}

// officeHours says nothing of hours that are not kept: what has no effect is
// no part of a plan.
func officeHours(s spec.Spec) map[string]any {
	if !s.Scaling.OfficeHours {
		return map[string]any{"enabled": false}
	}
	return map[string]any{"enabled": true, "timezone": s.Scaling.TimeZone, "start": s.Scaling.Start, "end": s.Scaling.End}
}

// onGPU reports whether the line's queries are RAPIDS' business. The older
// line goes on without.
func (l line) onGPU(s spec.Spec) bool { return l.gpu && s.GPU.Enabled }

// asksForGPUs reports whether its executors need devices: explaining does not.
func (l line) asksForGPUs(s spec.Spec) bool { return l.onGPU(s) && s.GPU.Mode == spec.OnGPU }

func (l line) gpuValues(s spec.Spec) map[string]any {
	if !l.onGPU(s) {
		return map[string]any{"enabled": false}
	}
	return map[string]any{"enabled": true, "mode": s.GPU.Mode}
}
