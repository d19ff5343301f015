package spec

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Load reads an answers file. The file is never changed.
func Load(path string) (Spec, []string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Default(), nil, fault.Wrap(err, fault.Usage, "the answers cannot be read", "")
	}
	s, keys, err := Parse(data)
	if err != nil {
		return s, keys, fmt.Errorf("%s: %w", path, err)
	}
	return s, keys, nil
}

// Bytes is the answers file: YAML, keys in alphabetical order.
func (s Spec) Bytes() ([]byte, error) {
	return yaml.Marshal(s)
}

// without is Bytes without the keys that nobody has answered yet: a default in
// the file would be taken for an answer when it is read again.
func (s Spec) without(open []string) ([]byte, error) {
	data, err := s.Bytes()
	if err != nil || len(open) == 0 {
		return data, err
	}
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	for _, key := range open {
		path := strings.Split(key, ".")
		unstructured.RemoveNestedField(tree, path...)
	}
	return yaml.Marshal(tree)
}

// Save writes the answers so that a reader sees the old file or the new one,
// never half of either. The file is readable by its owner only. Keys that are
// still open are left out.
func (s Spec) Save(path string, open ...string) error {
	data, err := s.without(open)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := replace(path, data); err != nil {
		return fault.Wrap(cause(err), fault.Failed, "the answers cannot be saved in "+path, "")
	}
	return nil
}

// replace writes a temporary file beside path, waits until the disk has it,
// and renames it. A link is followed: what it points to is replaced.
func replace(path string, data []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // It is gone already when all went well.
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename survive a power cut. Some file systems cannot; the
// file is there all the same.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}

// cause strips the path of a temporary file, which says nothing to anybody.
func cause(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	default:
		return err
	}
}
