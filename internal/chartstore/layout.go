package chartstore

import (
	"errors"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// RefName is the annotation by which an OCI layout knows its parts.
const RefName = "org.opencontainers.image.ref.name"

// Place is where a mirror keeps a chart, below its own address.
func Place(name, version string) string { return "charts/" + name + ":" + Tag(version) }

// fromLayout gets a chart from an OCI layout on disk.
func fromLayout(dir string, c Chart) ([]byte, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, fmt.Errorf("it is no OCI layout: %w", err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, d := range manifest.Manifests {
		if d.Annotations[RefName] == Place(c.Name, c.Version) {
			image, err := index.Image(d.Digest)
			if err != nil {
				return nil, err
			}
			if err := checked(image, d.Digest); err != nil {
				return nil, err
			}
			return Unwrap(image)
		}
	}
	return nil, errors.New("it has no such chart")
}

// checked compares a manifest on disk with its own name.
func checked(image v1.Image, want v1.Hash) error {
	if got, err := image.Digest(); err != nil || got != want {
		return fmt.Errorf("%w: its manifest is %s, the layout says %s (%v)", errDigest, got, want, err) //nolint:errorlint // errDigest is the cause
	}
	return nil
}
