package question_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// clusters are facts that options look at.
func clusters() map[string]facts.Facts {
	gpu := facts.Resources{Extended: map[string]int64{"nvidia.com/gpu": 4}}
	return map[string]facts.Facts{
		"nobody looked": {},
		"bare":          {Known: true},
		"rich": {
			Known: true,
			APIs:  []string{"external-secrets.io/v1", "monitoring.coreos.com/v1"},
			Nodes: []facts.Node{
				{Name: "gpu", Ready: true, Allocatable: gpu},
				{Name: "spot", Ready: true, Labels: map[string]string{"cloud.google.com/gke-spot": "true"}},
			},
		},
	}
}

// TestOptions: an option that cannot be chosen says why, is refused with that
// reason, and its hint is an answer that is accepted.
func TestOptions(t *testing.T) {
	for name, f := range clusters() {
		for _, q := range question.Rows() {
			if q.Options == nil {
				continue
			}
			choosable := 0
			for _, o := range q.Options(f) {
				s := spec.Default()
				s.Spark35.Enabled = true // One of the options is to use it.
				if err := q.Put(&s, o.Value); err != nil || q.Text(s) != o.Value || o.Label == "" {
					t.Errorf("%s, %s=%s: no label, or not a value of the field: %v", name, q.Key, o.Value, err)
				}
				err := question.ValidateOne(q.Key, s, f)
				if o.Absent == "" {
					choosable++
					if err != nil {
						t.Errorf("%s, %s=%s: %v", name, q.Key, o.Value, err)
					}
					continue
				}
				if err == nil || !strings.Contains(err.Error(), o.Absent) {
					t.Errorf("%s, %s=%s: want the reason %q, got %v", name, q.Key, o.Value, o.Absent, err)
				}
				applies(t, o.Hint, s, f)
			}
			if choosable == 0 {
				t.Errorf("%s: %s has no answer that can be chosen", name, q.Key)
			}
		}
	}
}

// applies follows a hint of the form --set key=value.
func applies(t *testing.T, hint string, s spec.Spec, f facts.Facts) {
	t.Helper()
	pair, ok := strings.CutPrefix(hint, "--set ")
	key, _, _ := strings.Cut(pair, "=")
	a := question.NewAnswers(s, nil, question.FromDefault)
	if err := a.SetPairs([]string{pair}); !ok || err != nil {
		t.Errorf("hint %q cannot be pasted: %v", hint, err)
	}
	if err := question.ValidateOne(key, a.Spec, f); err != nil {
		t.Errorf("hint %q leads into the next error: %v", hint, err)
	}
}

// TestOptionNotes: what was found on the cluster is shown beside the option.
func TestOptionNotes(t *testing.T) {
	tests := []struct{ cluster, key, value, want string }{
		{"nobody looked", "gpu.enabled", "false", ""},
		{"bare", "gpu.enabled", "false", ""},
		{"nobody looked", "gpu.enabled", "true", ""},
		{"bare", "gpu.enabled", "true", "no node offers nvidia.com/gpu"},
		{"rich", "gpu.enabled", "true", "4 on the nodes here"},
		{"bare", "scaling.spot", "gke", ""},
		{"rich", "scaling.spot", "gke", "1 spot nodes here"},
		{"rich", "scaling.spot", "eks", ""},
		{"rich", "gpu.enabled", "false", "the cluster has GPUs; they stay unused"},
		{"nobody looked", "secrets.provider", "aws", ""},
		{"bare", "secrets.provider", "aws", "External Secrets is not installed here"},
		{"rich", "secrets.provider", "aws", "External Secrets v1 is served here"},
		{"bare", "observability.metrics", "existing", ""},
		{"rich", "observability.metrics", "existing", "the Prometheus operator was found"},
	}
	for _, tt := range tests {
		q, _ := question.Find(tt.key)
		found := false
		for _, o := range q.Options(clusters()[tt.cluster]) {
			if o.Value != tt.value {
				continue
			}
			found = true
			if o.Note != tt.want {
				t.Errorf("%s, %s=%s: note %q, want %q", tt.cluster, tt.key, tt.value, o.Note, tt.want)
			}
		}
		if !found {
			t.Errorf("%s has no option %s", tt.key, tt.value)
		}
	}
}
