package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/shapes"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// simulatedNodes starts kwok and makes the nodes of the shapes asked for, else
// those that the sandbox had, else the default ones.
func (r run) simulatedNodes(ctx context.Context, all []shapes.Shape) error {
	all, err := r.remember(all)
	if err != nil {
		return err
	}
	return r.bring(ctx, "nodes", []string{"kwok"}, func(ctx context.Context) error {
		count, err := r.cluster.SetNodes(ctx, all)
		if err != nil {
			return fmt.Errorf("make the simulated nodes: %w", err)
		}
		return r.cluster.WaitUsable(ctx, count)
	})
}

// remember keeps the shapes for the next up, which may name none.
func (r run) remember(all []shapes.Shape) ([]shapes.Shape, error) {
	path := r.Dir.Path("shapes.yaml")
	if all == nil {
		kept, err := shapes.Read(path)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return kept, err
		}
		if all, err = shapes.Default(); err != nil {
			return nil, err
		}
	}
	data, err := yaml.Marshal(map[string]any{"nodes": all})
	if err != nil {
		return nil, err
	}
	_, err = state.WriteFile(path, data, os.FileMode(0o644))
	return all, err
}
