package kube

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Images are the references of the images that every node has. A kubelet
// reports its fifty largest only, so an image that is not among them may
// still be there; to load it again does no harm.
func (c *Cluster) Images(ctx context.Context) (map[string]bool, error) {
	nodes, err := c.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, c.Trouble(err)
	}
	count := map[string]int{}
	for _, n := range nodes.Items {
		for _, image := range n.Status.Images {
			for _, name := range image.Names {
				count[name]++
			}
		}
	}
	everywhere := map[string]bool{}
	for name, n := range count {
		everywhere[name] = n == len(nodes.Items)
	}
	return everywhere, nil
}
