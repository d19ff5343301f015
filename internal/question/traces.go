package question

import (
	"errors"
	"regexp"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func traceRows() []Question {
	existing := func(s spec.Spec) bool { return s.Observability.Traces == spec.ExistingTraces }
	return []Question{{
		Key: "observability.traces", Page: "observability", Title: "Traces",
		Help: "Sends each query with its jobs and stages as an OpenTelemetry trace, out of the event logs: Spark itself does nothing for " +
			"it. Airflow sends its DAG runs and tasks.",
		Field: func(s *spec.Spec) any { return &s.Observability.Traces },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.NoTraces, Label: "Off"},
				{Value: spec.ExistingTraces, Label: "To a collector or Tempo that you have"},
				{Value: spec.InstallTraces, Label: "Install Tempo and a collector", Note: "in the namespace tracing"},
			}
		},
	}, {
		Key: "observability.traceEndpoint", Page: "observability", Title: "Where traces go", When: existing,
		Help: "Anything that speaks OTLP. The scheme names the protocol: grpc://host:4317, or http://host:4318; grpcs:// and https:// with " +
			"TLS. host:port alone is gRPC without TLS.",
		Field: func(s *spec.Spec) any { return &s.Observability.TraceEndpoint },
		Check: func(s spec.Spec) error {
			if !otlpEndpoint.MatchString(s.Observability.TraceEndpoint) {
				return errors.New("want an address such as grpc://collector.tracing:4317 or https://otlp.example.com:4318, without a path or a user")
			}
			return nil
		},
	}, {
		Key: "observability.traceSecret", Page: "observability", Title: "Secret with headers", When: existing,
		Help: "A Secret in the platform's namespace whose key headers has what the endpoint must be shown, as name=value separated by commas. " +
			"You make it; sparkwiz only names it. Empty sends none.",
		Field: func(s *spec.Spec) any { return &s.Observability.TraceSecret },
		Check: func(s spec.Spec) error {
			if s.Observability.TraceSecret == "" {
				return nil
			}
			return objectName(s.Observability.TraceSecret)
		},
	}}
}

var otlpEndpoint = regexp.MustCompile(`^((grpcs?|https?)://)?[a-zA-Z0-9.-]+(:\d{1,5})?/?$`)
