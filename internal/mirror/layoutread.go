package mirror

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
)

// get reads a place, and first of all whether every part is what it should
// be: a registry would only say that it does not like one of them.
func (d *directory) get(ctx context.Context, place string) (thing, error) {
	index, err := layout.ImageIndexFromPath(d.path)
	if err != nil {
		return thing{}, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return thing{}, err
	}
	i := slices.IndexFunc(manifest.Manifests, func(m v1.Descriptor) bool { return m.Annotations[chartstore.RefName] == place })
	if i < 0 {
		return thing{}, fmt.Errorf("%s has no %s", d.path, place)
	}
	if err := d.whole(ctx, manifest.Manifests[i].Digest); err != nil {
		return thing{}, err
	}
	t, err := child(index, manifest.Manifests[i])
	if err != nil {
		return thing{}, err
	}
	return t, d.verify(ctx, t)
}

// verify reads all that a thing refers to, each part before anything is read
// out of it.
func (d *directory) verify(ctx context.Context, t thing) error {
	if t.index != nil {
		manifest, err := t.index.IndexManifest()
		if err != nil {
			return err
		}
		for _, m := range manifest.Manifests {
			if err := d.whole(ctx, m.Digest); err != nil {
				return err
			}
			part, err := child(t.index, m)
			if err != nil {
				return err
			}
			if err := d.verify(ctx, part); err != nil {
				return err
			}
		}
		return nil
	}
	manifest, err := t.image.Manifest()
	if err != nil {
		return err
	}
	for _, part := range append(manifest.Layers, manifest.Config) {
		if err := d.whole(ctx, part.Digest); err != nil {
			return err
		}
	}
	return nil
}

func (d *directory) whole(ctx context.Context, hash v1.Hash) error {
	file, err := os.Open(d.file(hash))
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer file.Close()
	return hashed(ctx, io.Discard, file, hash)
}

// items are all that the layout has.
func (d *directory) items() ([]Item, error) {
	manifest, err := d.index()
	if err != nil {
		return nil, err
	}
	var all []Item
	for _, m := range manifest.Manifests {
		place := m.Annotations[chartstore.RefName]
		if place == "" {
			continue // Somebody else's, without a name that a registry could have.
		}
		i := Item{Kind: Image, Name: m.Annotations[imageName], Source: "oci:" + d.path, Place: place, Digest: m.Digest.String()}
		if name, ok := strings.CutPrefix(place, "charts/"); ok {
			i.Kind = Chart
			i.Name, i.Version, _ = strings.Cut(name, ":")
		}
		if i.Name == "" {
			i.Name = place
		}
		all = append(all, i)
	}
	return merged(all), nil
}
