// Package images builds the container images of the platform, and hands their archives to registries and clusters. An
// archive is what `docker save` writes: one image with its layers, as build.sh leaves it in the cache.
package images

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	sources "github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/local"
)

// Archive is the archive of one image on this machine.
type Archive struct {
	Path string `json:"path"`
	Size int64  `json:"size"` // bytes
	Made string `json:"made"` // built, official or stand-in
	ID   string `json:"id"`   // sha256:…, the digest of the image's configuration, which no compression of layers changes
}

// StandIn is what Archive.Made says of an image that only takes an official one's place in tests.
const StandIn = "stand-in"

// Find looks for the archive of an image; there is none when the second result is false.
func Find(name string) (Archive, bool, error) {
	path := filepath.Join(local.Archives(), name+".tar")
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Archive{}, false, nil
	}
	if err != nil {
		return Archive{}, false, err
	}
	a := Archive{Path: path, Size: info.Size()}
	image, err := a.Open()
	if err != nil {
		return Archive{}, false, err
	}
	id, err := image.ConfigName()
	if err != nil {
		return Archive{}, false, unreadable(a.Path, err)
	}
	a.ID = id.String()
	// build.sh writes what the archive was made of, how, and its reference, a line each.
	if key, err := os.ReadFile(path + ".key"); err == nil {
		if lines := strings.Split(string(key), "\n"); len(lines) > 1 {
			a.Made = lines[1]
		}
	}
	return a, true, nil
}

// Open reads the archive as an image.
func (a Archive) Open() (v1.Image, error) {
	image, err := tarball.ImageFromPath(a.Path, nil)
	if err != nil {
		return nil, unreadable(a.Path, err)
	}
	return image, nil
}

func unreadable(path string, err error) error {
	name := strings.TrimSuffix(filepath.Base(path), ".tar")
	return fault.Wrap(err, fault.Failed, path+" is no image archive", fmt.Sprintf("rm %s && sparkwiz images build %s", path, name))
}

// Select returns the images with these names, or those that are built by default when there are no names.
func Select(names []string) ([]sources.Image, error) {
	all, err := sources.All()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return slices.DeleteFunc(all, func(i sources.Image) bool { return !i.Default }), nil
	}
	var found []sources.Image
	var faults []error
	for _, name := range names {
		i := slices.IndexFunc(all, func(i sources.Image) bool { return i.Name == name })
		if i < 0 {
			faults = append(faults, fault.New(fault.Usage, fmt.Sprintf("no image is called %q", name), "sparkwiz images list"))
			continue
		}
		found = append(found, all[i])
	}
	return found, errors.Join(faults...)
}

// Chosen is an image with its archive.
type Chosen struct {
	sources.Image
	Archive Archive
}

// Archives returns the images that Select returns with their archives. Those that have none are reported together.
func Archives(names []string) ([]Chosen, error) {
	selected, err := Select(names)
	if err != nil {
		return nil, err
	}
	var chosen []Chosen
	var missing []string
	var faults []error
	for _, image := range selected {
		archive, ok, err := Find(image.Name)
		switch {
		case err != nil:
			faults = append(faults, err)
		case !ok:
			missing = append(missing, image.Name)
		default:
			chosen = append(chosen, Chosen{image, archive})
		}
	}
	if len(missing) > 0 {
		faults = append(faults, fault.New(fault.Failed, "not built yet: "+strings.Join(missing, ", "), "sparkwiz images build "+strings.Join(missing, " ")))
	}
	return chosen, errors.Join(faults...)
}
