package kube

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// TestPrometheus: whatever form a selector has, the labels are those that it
// accepts.
func TestPrometheus(t *testing.T) {
	in := map[string]any{"key": "team", "operator": "In", "values": []any{"data", "web"}}
	exists := map[string]any{"key": "scrape", "operator": "Exists"}
	tests := map[string]struct {
		selector any
		want     map[string]string
	}{
		"none":        {nil, nil},
		"all":         {map[string]any{}, nil},
		"label":       {map[string]any{"matchLabels": map[string]any{"release": "kps"}}, map[string]string{"release": "kps"}},
		"expression":  {map[string]any{"matchExpressions": []any{in}}, map[string]string{"team": "data"}},
		"both":        {map[string]any{"matchLabels": map[string]any{"a": "b"}, "matchExpressions": []any{in}}, map[string]string{"a": "b", "team": "data"}},
		"inscrutable": {map[string]any{"matchExpressions": []any{exists, "text"}}, nil},
	}
	for name, tt := range tests {
		object := unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"name": "k8s", "namespace": "monitoring"}}}
		if tt.selector != nil {
			object.Object["spec"] = map[string]any{"podMonitorSelector": tt.selector}
		}
		want := facts.Prometheus{Name: "k8s", Namespace: "monitoring", Selector: tt.want}
		if diff := cmp.Diff(want, prometheus(object)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
