package cli

import (
	"context"
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/images"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// loadImages gives the cluster those images of the platform that a node does
// not have, where the answers say that it pulls none.
func loadImages(ctx context.Context, s spec.Spec, cluster *kube.Cluster, observe progress.Observer) error {
	if !s.Images.Load {
		return nil
	}
	names, err := neededImages(s)
	if err != nil {
		return err
	}
	needed, err := images.Select(names)
	if err != nil {
		return err
	}
	there, err := cluster.Images(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for _, image := range needed {
		if !there[image.Reference] {
			missing = append(missing, image.Name)
		}
	}
	if len(missing) == 0 {
		observe(progress.Event{Step: "load", Title: "Load the images", State: progress.Same, Reason: fmt.Sprintf("the nodes have all %d", len(names))})
		return nil
	}
	return images.Load(ctx, missing, "", s.Cluster.Context, observe)
}
