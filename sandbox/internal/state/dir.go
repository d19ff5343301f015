// Package state knows where a sandbox keeps its files and what it remembers
// between commands. It remembers no process ids: those are read from /proc.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// DefaultName is the sandbox that commands mean when none is named.
const DefaultName = "default"

var validName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// Dir is the absolute path of a sandbox's state directory.
type Dir string

// Locate gives the state directory of the sandbox called name, or override
// when that is not empty. It creates nothing.
func Locate(name, override string) (Dir, error) {
	if !validName.MatchString(name) {
		return "", fmt.Errorf("sandbox name %q: use up to 32 lower-case letters, digits and dashes", name)
	}
	if override != "" {
		abs, err := filepath.Abs(override)
		return Dir(abs), err
	}
	base := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no place for the sandbox's state: %w (set XDG_STATE_HOME)", err)
		}
		base = filepath.Join(home, ".local", "state")
	}
	leaf := "sandbox"
	if name != DefaultName {
		leaf += "-" + name
	}
	return Dir(filepath.Join(base, "sparkwiz", leaf)), nil
}

// Path joins parts below the directory.
func (d Dir) Path(parts ...string) string {
	return filepath.Join(append([]string{string(d)}, parts...)...)
}

// Kubeconfig is the file for users; it is never merged into theirs.
func (d Dir) Kubeconfig() string { return d.Path("kubeconfig") }

// Log is the log file of a component.
func (d Dir) Log(component string) string { return d.Path("log", component+".log") }

// Claim makes the directory ready for use. A directory that holds files but no
// state of ours is refused, because `down` will empty it.
func (d Dir) Claim() error {
	entries, err := os.ReadDir(string(d))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(d.Path(stateFile)); err != nil {
		for _, e := range entries {
			if e.Name() != lockFile {
				return fmt.Errorf("%s is not empty and holds no sandbox: choose another --state-dir", d)
			}
		}
	}
	return os.MkdirAll(string(d), 0o755)
}

// Remove deletes what a sandbox keeps, except the names in keep. The state
// file goes last: an interrupted removal is still known as a sandbox.
func (d Dir) Remove(keep ...string) error {
	kept := map[string]bool{stateFile: true, lockFile: true}
	for _, name := range keep {
		kept[name] = true
	}
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if !kept[e.Name()] {
			errs = append(errs, os.RemoveAll(d.Path(e.Name())))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if len(keep) > 0 {
		return nil
	}
	if err := os.Remove(d.Path(stateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // A sandbox that was refused has none.
	}
	return errors.Join(os.Remove(d.Path(lockFile)), os.Remove(string(d)))
}
