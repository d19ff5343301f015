package spec_test

import (
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestRenamed: files written when observability had one answer stay valid, in
// every form that a file can have; what is said by the new name wins.
func TestRenamed(t *testing.T) {
	for text, want := range map[string]string{
		"version: 2\nobservability: {mode: off}\n":                    spec.NoMetrics,
		"version: 2\nobservability.mode: off\n":                       spec.NoMetrics,
		"version: 2\nobservability:\n  mode: existing\n":              spec.ExistingMetrics,
		"version: 1\nobservability: {mode: off}\n":                    spec.NoMetrics,
		"version: 2\nobservability: {metrics: install, logs: text}\n": spec.InstallMetrics,
	} {
		s, _, err := spec.Parse([]byte(text))
		if err != nil || s.Observability.Metrics != want {
			t.Errorf("%q: %q, %v", text, s.Observability.Metrics, err)
		}
	}
	if _, _, err := spec.Parse([]byte("version: 2\nobservability: {mode: off, metrics: install}\n")); err == nil {
		t.Error("two answers to one question are accepted")
	}
}
