package shapes

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestDefault(t *testing.T) {
	all, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	var gpu, spot bool
	for _, s := range all {
		r, err := s.Resources()
		if err != nil {
			t.Fatal(err)
		}
		if q := r["nvidia.com/gpu"]; !q.IsZero() && len(s.Taints) > 0 {
			gpu = true
		}
		if s.Name == "spot" && len(s.Taints) > 0 && len(s.Labels) > 0 {
			spot = true
		}
		if q := r[corev1.ResourcePods]; q.Value() != 110 {
			t.Errorf("%s: %s pods", s.Name, q.String())
		}
	}
	if !gpu || !spot {
		t.Errorf("GPU pool: %v, spot pool: %v", gpu, spot)
	}
}

func TestParseErrors(t *testing.T) {
	for _, row := range []struct{ yaml, says string }{
		{`nodes: []`, "0 nodes"},
		{`nodes: [{name: a, count: 1, cpu: "1", memory: 1Gi, colour: red}]`, "colour"},
		{`nodes: [{name: A!, count: 1, cpu: "1", memory: 1Gi}]`, "lower-case"},
		{`nodes: [{name: a, count: -1, cpu: "1", memory: 1Gi}]`, "negative"},
		{`nodes: [{name: a, count: 1, cpu: many, memory: 1Gi}]`, `cpu: "many"`},
		{`nodes: [{name: a, count: 1, cpu: "1", memory: 0}]`, "memory"},
		{`nodes: [{name: a, count: 1, cpu: "1", memory: 1Gi, taints: [{key: k, effect: Never}]}]`, `"Never"`},
		{`nodes: [{name: a, count: 1, cpu: "1", memory: 1Gi}, {name: a, count: 1, cpu: "1", memory: 1Gi}]`, "twice"},
		{`nodes: [{name: a, count: 5001, cpu: "1", memory: 1Gi}]`, "5001 nodes"},
	} {
		if _, err := Parse([]byte(row.yaml)); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s\ngives %v, want an error with %s", row.yaml, err, row.says)
		}
	}
	_, err := Parse([]byte(`nodes: [{name: a, count: 1, cpu: x, memory: y}]`))
	if err == nil || !strings.Contains(err.Error(), "cpu") || !strings.Contains(err.Error(), "memory") {
		t.Errorf("not all errors at once: %v", err)
	}
}
