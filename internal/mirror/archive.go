package mirror

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// shelf is a directory with images as `docker save` writes them: those that
// were built on this machine and that no registry has.
type shelf struct{ dir string }

// get finds an image by its reference.
func (s shelf) get(reference string) (thing, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, "*.tar"))
	if err != nil || s.dir == "" {
		return thing{}, fmt.Errorf("no archive of it was built here: %w", os.ErrNotExist)
	}
	want, err := name.NewTag(reference)
	if err != nil {
		return thing{}, err
	}
	for _, file := range files {
		manifest, err := tarball.LoadManifest(func() (io.ReadCloser, error) { return os.Open(file) })
		if err != nil {
			continue // Not one of ours, or one that is just being written.
		}
		for _, image := range manifest {
			if !slices.ContainsFunc(image.RepoTags, func(tag string) bool { return same(tag, want) }) {
				continue
			}
			found, err := tarball.ImageFromPath(file, &want)
			return thing{image: found}, err
		}
	}
	return thing{}, fmt.Errorf("no archive of it is in %s: %w", s.dir, os.ErrNotExist)
}

// same compares names that may be written in full or not.
func same(text string, want name.Tag) bool {
	tag, err := name.NewTag(strings.TrimSpace(text))
	return err == nil && tag.Name() == want.Name()
}
