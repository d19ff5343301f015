package cli

import (
	"context"
	"fmt"

	"github.com/sparkwiz/sparkwiz/images"
	archives "github.com/sparkwiz/sparkwiz/internal/images"
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
	all, err := images.All()
	if err != nil {
		return err
	}
	references := map[string]string{}
	for _, image := range all {
		references[image.Name] = image.Reference
	}
	there, err := cluster.Images(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for _, name := range names {
		if !there[references[name]] {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		observe(progress.Event{Step: "load", Title: "Load the images", State: progress.Same, Reason: fmt.Sprintf("the nodes have all %d", len(names))})
		return nil
	}
	return archives.Load(ctx, missing, "", s.Cluster.Context, observe)
}
