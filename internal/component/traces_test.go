package component

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// What the answers about traces install, and what it is told.
func TestTraces(t *testing.T) {
	names := []string{"tempo", "opentelemetry-collector", "trace-exporter"}
	for _, tt := range []struct {
		traces, endpoint, secret string
		installed                []string
		want                     string
	}{
		{traces: spec.NoTraces, endpoint: "grpc://x:1", installed: nil},
		{spec.ExistingTraces, "collector:4317", "", names[2:], "grpc://collector:4317"},
		{spec.ExistingTraces, "https://otlp.example", "trace-headers", names[2:], "https://otlp.example"},
		{spec.InstallTraces, "https://otlp.example", "trace-headers", names, "grpc://opentelemetry-collector.tracing:4317"},
	} {
		s := spec.Default()
		s.Airflow.Enabled = true
		s.Observability.Traces, s.Observability.TraceEndpoint, s.Observability.TraceSecret = tt.traces, tt.endpoint, tt.secret
		var installed []string
		for _, c := range Catalogue() {
			if slices.Contains(names, c.Name) && c.Installed(s) {
				installed = append(installed, c.Name)
			}
		}
		if diff := cmp.Diff(tt.installed, installed); diff != "" {
			t.Errorf("%+v:\n%s", tt, diff)
		}
		hasHeaders := func(r secret.Ref) bool { return r.Secret == "trace-headers" && r.Key == "headers" && r.Yours }
		wantSecret := tt.secret != "" && tt.traces == spec.ExistingTraces
		for _, c := range []Component{traces(), airflow()} {
			values, _ := c.Values(s)["traces"].(map[string]any)
			if tt.want == "" && c.Name == "airflow" && values == nil {
				continue
			}
			if tt.want != "" && (values["endpoint"] != tt.want || (values["headersSecret"] != "") != wantSecret) {
				t.Errorf("%s of %+v is told %v", c.Name, tt, values)
			}
			if got := slices.ContainsFunc(c.Secrets(s), hasHeaders); got != wantSecret && tt.want != "" {
				t.Errorf("%s of %+v reads the headers: %t", c.Name, tt, got)
			}
		}
	}
}
