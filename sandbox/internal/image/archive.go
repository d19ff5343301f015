package image

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Archive is what an image archive says about itself.
type Archive struct {
	Path string
	// ID changes whenever the content does: the digest of the archive's
	// manifest, which names configuration and layers by their digests.
	ID         string
	References []string
}

// Inspect reads the index of a docker-archive or an oci-archive. The layers
// are skipped over, so that it takes milliseconds whatever the size.
func Inspect(path string) (Archive, error) {
	f, err := os.Open(path)
	if err != nil {
		return Archive{}, err
	}
	defer f.Close()
	found := map[string][]byte{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Archive{}, fmt.Errorf("%s is not a whole tar archive: %w (compressed archives must be unpacked first)", path, err)
		}
		if h.Name == "manifest.json" || h.Name == "index.json" {
			if found[h.Name], err = io.ReadAll(io.LimitReader(r, 4<<20)); err != nil {
				return Archive{}, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	switch {
	case found["manifest.json"] != nil:
		return docker(path, found["manifest.json"])
	case found["index.json"] != nil:
		return oci(path, found["index.json"])
	}
	return Archive{}, fmt.Errorf("%s holds neither manifest.json nor index.json: not an image archive (make one with: buildah push IMAGE docker-archive:FILE:IMAGE)", path)
}

func docker(path string, manifest []byte) (Archive, error) {
	var images []struct{ RepoTags []string }
	if err := json.Unmarshal(manifest, &images); err != nil {
		return Archive{}, fmt.Errorf("%s: manifest.json: %w", path, err)
	}
	a := Archive{Path: path, ID: digest(manifest)}
	for _, i := range images {
		a.References = append(a.References, i.RepoTags...)
	}
	return a.named()
}

func oci(path string, index []byte) (Archive, error) {
	var i struct {
		Manifests []struct{ Annotations map[string]string }
	}
	if err := json.Unmarshal(index, &i); err != nil {
		return Archive{}, fmt.Errorf("%s: index.json: %w", path, err)
	}
	a := Archive{Path: path, ID: digest(index)}
	for _, m := range i.Manifests {
		name := m.Annotations["io.containerd.image.name"]
		if name == "" {
			name = m.Annotations["org.opencontainers.image.ref.name"]
		}
		if name != "" {
			a.References = append(a.References, name)
		}
	}
	return a.named()
}

// named refuses an archive whose images pods could not name.
func (a Archive) named() (Archive, error) {
	if len(a.References) == 0 {
		return Archive{}, fmt.Errorf("%s names no image: write it with a reference (buildah push IMAGE docker-archive:FILE:IMAGE)", a.Path)
	}
	return a, nil
}
