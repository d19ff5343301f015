package otlp

import (
	common "go.opentelemetry.io/proto/otlp/common/v1"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// attributes of a span or a resource. OpenTelemetry has names for services, users and errors, and none for Spark: those are
// below spark., in the words of Spark's own metrics.
type attributes []*common.KeyValue

// text adds a text, unless it is empty: then it is not known.
func (a attributes) text(key, value string) attributes {
	if value == "" {
		return a
	}
	return append(a, &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: clip(value)}}})
}

func (a attributes) number(key string, value int64) attributes {
	return append(a, &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: value}}})
}

// measured adds a number, unless it is 0: what was not measured is 0 as well.
func (a attributes) measured(key string, value int64) attributes {
	if value == 0 {
		return a
	}
	return a.number(key, value)
}

func (a attributes) flag(key string) attributes {
	return append(a, &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_BoolValue{BoolValue: true}}})
}

// stageAttributes are the sums over the tasks of an attempt.
func stageAttributes(s eventlog.StageInfo) attributes {
	m := s.Metrics
	return attributes{}.number("spark.stage.id", int64(s.ID)).number("spark.stage.attempt", int64(s.Attempt)).
		number("spark.stage.tasks", int64(s.NumTasks)).
		measured("spark.stage.executor_run_time_ms", m.RunTime).
		measured("spark.stage.executor_cpu_time_ms", m.CPUTime/1e6).
		measured("spark.stage.gc_time_ms", m.GCTime).
		measured("spark.stage.input_bytes", m.Input).
		measured("spark.stage.input_records", m.InputRecords).
		measured("spark.stage.output_bytes", m.Output).
		measured("spark.stage.output_records", m.OutputRecords).
		measured("spark.stage.shuffle_read_bytes", m.ShuffleRead()).
		measured("spark.stage.shuffle_write_bytes", m.ShuffleWrite).
		measured("spark.stage.fetch_wait_ms", m.FetchWait).
		measured("spark.stage.memory_spilled_bytes", m.MemorySpill).
		measured("spark.stage.disk_spilled_bytes", m.DiskSpill)
}
