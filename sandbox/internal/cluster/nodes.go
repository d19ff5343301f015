package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/shapes"
)

const shapeLabel = "sandbox.sparkwiz.dev/shape"

// SetNodes makes the simulated nodes be exactly those of the shapes and gives
// their number.
func (c Cluster) SetNodes(ctx context.Context, all []shapes.Shape) (int, error) {
	want := map[string]corev1.Node{}
	for _, s := range all {
		for i := range s.Count {
			n, err := node(s, i)
			if err != nil {
				return 0, err
			}
			want[n.Name] = n
		}
	}
	have, err := c.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: shapeLabel})
	if err != nil {
		return 0, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	known := map[string]corev1.Node{}
	for _, n := range have.Items {
		known[n.Name] = n
		if _, ok := want[n.Name]; !ok {
			g.Go(func() error {
				err := c.CoreV1().Nodes().Delete(ctx, n.Name, metav1.DeleteOptions{})
				if apierrors.IsNotFound(err) {
					return nil
				}
				return err
			})
		}
	}
	for name, n := range want {
		g.Go(func() error { return c.setNode(ctx, known[name], n) })
	}
	return len(want), g.Wait()
}

// setNode makes a node, or makes the one that is there offer what it should.
func (c Cluster) setNode(ctx context.Context, have, want corev1.Node) error {
	if offers(have, want) {
		return nil
	}
	data, err := json.Marshal(want)
	if err != nil {
		return err
	}
	path := "/api/v1/nodes/" + want.Name
	return c.Apply(ctx, []Object{{Path: path, YAML: data}, {Path: path + "/status", YAML: data}})
}

// offers tells whether a node is already as wanted. It may have more taints
// and labels: Kubernetes itself adds some.
func offers(have, want corev1.Node) bool {
	for k, v := range want.Labels {
		if have.Labels[k] != v {
			return false
		}
	}
	for _, t := range want.Spec.Taints {
		if !slices.ContainsFunc(have.Spec.Taints, func(h corev1.Taint) bool { return h.MatchTaint(&t) && h.Value == t.Value }) {
			return false
		}
	}
	return equality.Semantic.DeepEqual(have.Status.Capacity, want.Status.Capacity)
}

// node is the i-th node of a shape.
func node(s shapes.Shape, i int) (corev1.Node, error) {
	resources, err := s.Resources()
	if err != nil {
		return corev1.Node{}, err
	}
	name := fmt.Sprintf("%s-%d", s.Name, i)
	labels := map[string]string{
		shapeLabel:                         s.Name,
		"kubernetes.io/hostname":           name,
		"kubernetes.io/os":                 "linux",
		"kubernetes.io/arch":               "amd64",
		"node.kubernetes.io/instance-type": s.Name,
	}
	maps.Copy(labels, s.Labels)
	return corev1.Node{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Node"},
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Labels: labels,
			// Only nodes so marked are kwok's.
			Annotations: map[string]string{"kwok.x-k8s.io/node": "fake"},
		},
		Spec: corev1.NodeSpec{Taints: s.Taints},
		Status: corev1.NodeStatus{
			Capacity: resources, Allocatable: resources,
			NodeInfo: corev1.NodeSystemInfo{
				Architecture: "amd64", OperatingSystem: "linux", OSImage: "simulated", KernelVersion: "simulated",
				ContainerRuntimeVersion: "kwok://0.8.0", KubeletVersion: "v1.34.4",
			},
		},
	}, nil
}
