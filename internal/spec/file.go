package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Parse reads an answers file over the defaults. It returns the dotted keys
// that the file answers, so that an answer can be told from a default. All
// faults of the file are reported at once.
func Parse(data []byte) (Spec, []string, error) {
	s := Default()
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return s, nil, fault.Wrap(err, fault.Usage, "the answers are not YAML", "")
	}
	if v, ok := raw["version"]; ok && fmt.Sprint(v) != fmt.Sprint(Version) {
		return s, nil, fault.New(fault.Usage, fmt.Sprintf("the answers have version %v; this sparkwiz reads version %d", v, Version), "sparkwiz version")
	}
	keys := flatten("", raw)
	known := Keys()
	var faults []error
	for _, key := range keys {
		if !slices.Contains(known, key) {
			faults = append(faults, Unknown(key))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return s, nil, err
	}
	if err := yaml.Unmarshal(data, &s); err != nil {
		return s, nil, fault.Wrap(err, fault.Usage, "an answer has the wrong type", "sparkwiz plan --help")
	}
	s.Version = Version
	return s, keys, nil
}

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

// Save writes the answers so that a reader sees the old file or the new one,
// never half of either. The file is readable by its owner only.
func (s Spec) Save(path string) error {
	data, err := s.Bytes()
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Keys are the dotted paths of all answers, sorted.
func Keys() []string {
	data, err := json.Marshal(Default())
	if err != nil {
		panic(err) // A Spec is strings, numbers and booleans.
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		panic(err)
	}
	return flatten("", raw)
}

func flatten(prefix string, m map[string]any) []string {
	var keys []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if inner, ok := m[k].(map[string]any); ok && len(inner) > 0 {
			keys = append(keys, flatten(prefix+k+".", inner)...)
			continue
		}
		keys = append(keys, prefix+k)
	}
	return keys
}
