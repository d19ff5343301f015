package chartstore

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// No chart is larger: the largest that is known has 0.9 MB.
const largest = 32 << 20

func (s *Store) path(c Chart) string {
	return filepath.Join(s.Dir, c.Name+"-"+c.Version+".tgz")
}

// cached returns what the cache has, if it is whole and what is expected.
// Anything else counts as not there and is replaced.
func (s *Store) cached(c Chart) ([]byte, bool) {
	if s.Dir == "" {
		return nil, false
	}
	data, err := os.ReadFile(s.path(c))
	if err != nil || whole(data) != nil {
		return nil, false
	}
	return data, c.Digest == "" || Digest(data) == c.Digest
}

// whole reads an archive to its end: its checksum is there.
func whole(data []byte) error {
	archive, err := gzip.NewReader(bytes.NewReader(data))
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(archive, 16*largest))
	}
	if err != nil {
		return fmt.Errorf("it is no whole archive: %w", err)
	}
	return nil
}

// keep puts an archive into the cache, all of it or nothing.
func (s *Store) keep(c Chart, data []byte) error {
	if s.Dir == "" {
		return nil
	}
	return replace(s.path(c), data)
}

// replace writes a file that is either the old or the new one, also after a
// power cut.
func replace(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
