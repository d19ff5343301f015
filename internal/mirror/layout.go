package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
)

// directory is an OCI image layout on disk. Whatever happens while it is
// written, each of its files is whole: parts under their digest, and an index
// that names only what is there.
type directory struct {
	path string
	mu   sync.Mutex // of the index
}

// begun is how files are called that are not written to their end.
const begun = ".new-"

// imageName is how containerd knows images of a layout that it imports.
const imageName = "io.containerd.image.name"

// prepare makes an empty layout where there is none. Another directory is not
// filled with blobs by mistake.
func (d *directory) prepare() error {
	entries, err := os.ReadDir(d.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(d.path, 0o755); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(d.path, "oci-layout")); err != nil {
			return fmt.Errorf("%s is neither empty nor an OCI layout", d.path)
		}
	}
	if _, err := d.index(); err == nil {
		return d.sweep()
	}
	if err := write(filepath.Join(d.path, "oci-layout"), []byte(`{"imageLayoutVersion": "1.0.0"}`)); err != nil {
		return err
	}
	return d.save(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{}})
}

// sweep removes what a copy that was killed has begun. What is young may be
// another copy's that is still at work.
func (d *directory) sweep() error {
	files, err := filepath.Glob(filepath.Join(d.path, "blobs", "*", begun+"*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > time.Hour {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *directory) index() (v1.IndexManifest, error) {
	var manifest v1.IndexManifest
	data, err := os.ReadFile(filepath.Join(d.path, "index.json"))
	if err == nil {
		err = json.Unmarshal(data, &manifest)
	}
	if err != nil {
		return manifest, fmt.Errorf("%s is no OCI layout: %w", d.path, err)
	}
	return manifest, nil
}

func (d *directory) save(manifest v1.IndexManifest) error {
	data, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return write(filepath.Join(d.path, "index.json"), data)
}

// has returns the digest under which the layout has a place.
func (d *directory) has(_ context.Context, place string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	manifest, err := d.index()
	if err != nil {
		return "", err
	}
	for _, m := range manifest.Manifests {
		if m.Annotations[chartstore.RefName] == place {
			return m.Digest.String(), nil
		}
	}
	return "", nil
}

// put writes the parts that are missing or damaged, and then the name.
func (d *directory) put(ctx context.Context, i Item, t thing) error {
	blobs, err := t.blobs()
	if err != nil {
		return err
	}
	for _, b := range blobs {
		if err := d.part(ctx, b); err != nil {
			return err
		}
	}
	kind, err := t.manifest().MediaType()
	if err != nil {
		return err
	}
	hash, err := t.manifest().Digest()
	if err != nil {
		return err
	}
	size, err := t.manifest().Size()
	if err != nil {
		return err
	}
	marks := map[string]string{chartstore.RefName: i.Place}
	if i.Kind == Image {
		marks[imageName] = i.Name
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	manifest, err := d.index()
	if err != nil {
		return err
	}
	manifest.Manifests = slices.DeleteFunc(manifest.Manifests, func(m v1.Descriptor) bool { return m.Annotations[chartstore.RefName] == i.Place })
	manifest.Manifests = append(manifest.Manifests, v1.Descriptor{MediaType: kind, Digest: hash, Size: size, Annotations: marks})
	slices.SortFunc(manifest.Manifests, func(a, b v1.Descriptor) int {
		return strings.Compare(a.Annotations[chartstore.RefName], b.Annotations[chartstore.RefName])
	})
	return d.save(manifest)
}

func (d *directory) file(hash v1.Hash) string {
	return filepath.Join(d.path, "blobs", hash.Algorithm, hash.Hex)
}

// part writes one blob. One that is there is read first: its name promises
// what is in it, and a copy that was cut short must not count.
func (d *directory) part(ctx context.Context, b blob) error {
	path := d.file(b.hash)
	if there, err := os.Open(path); err == nil {
		err = hashed(ctx, io.Discard, there, b.hash)
		there.Close()
		if err == nil || !errors.Is(err, errDamaged) {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	content, err := b.open()
	if err != nil {
		return err
	}
	defer content.Close()
	return replace(path, func(file io.Writer) error { return hashed(ctx, file, content, b.hash) })
}

func write(path string, data []byte) error {
	return replace(path, func(file io.Writer) error {
		_, err := file.Write(data)
		return err
	})
}

// replace writes a file that is either the old or the new one, also after a
// power cut.
func replace(path string, fill func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), begun+"*")
	if err != nil {
		return err
	}
	err = fill(file)
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
