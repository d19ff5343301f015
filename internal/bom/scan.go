package bom

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// files holds what was learned from each file of the image's file system, by path without a leading slash.
type files map[string]known

// known is what one file says.
type known struct {
	list []pkg
	os   release
}

// A reader learns from the files that its matches function picks. size is in bytes.
type reader struct {
	matches func(name string, header *tar.Header) bool
	read    func(name string, content io.Reader, size int64) (known, error)
}

func readers() []reader {
	return []reader{
		{isOSRelease, readOSRelease},
		{isDpkg, readDpkg},
		{isApk, readApk},
		{isPython, readPython},
		{isJar, readJar},
		{isProgram, readProgram},
	}
}

// scan reads the layers from the lowest to the highest: a file in a higher one replaces or deletes those below.
func scan(image v1.Image) (files, error) {
	layers, err := image.Layers()
	if err != nil {
		return nil, err
	}
	found := files{}
	for _, layer := range layers {
		content, err := layer.Uncompressed()
		if err != nil {
			return nil, err
		}
		err = errors.Join(found.layer(tar.NewReader(content)), content.Close())
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (f files) layer(layer *tar.Reader) error {
	var added []string // in this layer; a directory that is emptied is emptied of lower layers only
	for {
		header, err := layer.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path.Clean("/"+header.Name), "/")
		dir, base := path.Split(name)
		switch hidden, deletes := strings.CutPrefix(base, ".wh."); {
		case base == ".wh..wh..opq":
			f.remove(dir, added)
			continue
		case deletes:
			f.remove(dir+hidden+"/", nil)
			delete(f, dir+hidden)
			continue
		}
		// Whatever it is now, it is no longer what it was.
		delete(f, name)
		if header.Typeflag != tar.TypeReg {
			continue
		}
		for _, r := range readers() {
			if !r.matches(name, header) {
				continue
			}
			learned, err := r.read(name, layer, header.Size)
			if err != nil {
				return fmt.Errorf("/%s: %w", name, err)
			}
			f[name] = learned
			added = append(added, name)
			break
		}
	}
}

// remove forgets everything below a directory but what is to be kept.
func (f files) remove(dir string, keep []string) {
	for name := range f {
		if strings.HasPrefix(name, dir) && !slices.Contains(keep, name) {
			delete(f, name)
		}
	}
}
