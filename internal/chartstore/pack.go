package chartstore

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"path"
	"slices"
	"time"
)

// File is one file of a chart, with its path below the chart's directory.
type File struct {
	Path string
	Data []byte
}

// Pack makes an archive as `helm package` does, but always the same bytes for
// the same files: sorted, without owners, and at the beginning of time.
func Pack(name string, files []File) ([]byte, error) {
	sorted := slices.SortedFunc(slices.Values(files), func(a, b File) int {
		// Chart.yaml first, which is what readers look for.
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Path, b.Path))
	})
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, f := range sorted {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: path.Join(name, f.Path), Mode: 0o644, Size: int64(len(f.Data)), ModTime: time.Unix(0, 0)}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.Data); err != nil {
			return nil, err
		}
	}
	err := errors.Join(archive.Close(), zipped.Close())
	return out.Bytes(), err
}

func rank(f File) int {
	if f.Path == "Chart.yaml" {
		return 0
	}
	return 1
}
