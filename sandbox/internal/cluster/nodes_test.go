package cluster

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/shapes"
)

func TestOffers(t *testing.T) {
	gpu := shapes.Shape{
		Name: "gpu", Count: 1, CPU: "8", Memory: "32Gi", Extended: map[string]string{"nvidia.com/gpu": "2"},
		Labels: map[string]string{"pool": "gpu"}, Taints: []corev1.Taint{{Key: "nvidia.com/gpu", Value: "present", Effect: corev1.TaintEffectNoSchedule}},
	}
	want, err := node(gpu, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		change func(*corev1.Node)
		offers bool
	}{
		{"the same", func(*corev1.Node) {}, true},
		{"a taint of Kubernetes' own", func(n *corev1.Node) {
			n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: "node.kubernetes.io/unreachable", Effect: corev1.TaintEffectNoExecute})
		}, true},
		{"no taint", func(n *corev1.Node) { n.Spec.Taints = nil }, false},
		{"another value of the taint", func(n *corev1.Node) { n.Spec.Taints[0].Value = "x" }, false},
		{"another label", func(n *corev1.Node) { n.Labels["pool"] = "spot" }, false},
		{"no GPU", func(n *corev1.Node) { delete(n.Status.Capacity, "nvidia.com/gpu") }, false},
		{"no node", func(n *corev1.Node) { *n = corev1.Node{} }, false},
	} {
		have := want.DeepCopy()
		row.change(have)
		if got := offers(*have, want); got != row.offers {
			t.Errorf("%s: offers is %v, want %v", row.name, got, row.offers)
		}
	}
}
