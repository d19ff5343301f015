package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// sealedPath is the file of sealed values: the answer, from the directory that
// the answers are in.
func (a *app) sealedPath(s spec.Spec) string {
	if filepath.IsAbs(s.Secrets.File) {
		return s.Secrets.File
	}
	beside := a.flags.file
	if beside == "" {
		beside = a.answersFile(a.environment())
	}
	return filepath.Join(filepath.Dir(beside), s.Secrets.File)
}

// readSealed takes the sealed values along with the answers. No file yet is no
// fault: the plan says what is not sealed.
func (a *app) readSealed(s *spec.Spec) error {
	if s.Secrets.Provider != spec.SealedSecrets {
		return nil
	}
	data, err := os.ReadFile(a.sealedPath(*s))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(err, fault.Usage, "the sealed values cannot be read", "")
	}
	s.Secrets.Sealed = string(data)
	return nil
}

// writeSealed replaces the file as a whole.
func (a *app) writeSealed(s spec.Spec, all []secret.Sealed) (string, error) {
	slices.SortFunc(all, func(x, y secret.Sealed) int { return strings.Compare(x.Metadata.Name, y.Metadata.Name) })
	var text bytes.Buffer
	text.WriteString("# Written by sparkwiz secrets seal. Only the controller in the cluster can open it.\n")
	for _, one := range all {
		data, err := yaml.Marshal(one)
		if err != nil {
			return "", err
		}
		text.WriteString("---\n")
		text.Write(data)
	}
	path := a.sealedPath(s)
	if err := writeFile(path, text.Bytes()); err != nil {
		return path, fault.Wrap(err, fault.Failed, fmt.Sprintf("%s cannot be written", path), "df -h "+filepath.Dir(path))
	}
	return path, nil
}
