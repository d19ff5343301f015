package state

import (
	"bytes"
	"os"
	"path/filepath"
)

// WriteFile replaces path with data in one step, so that a reader or a crash
// never sees half a file. A file that already says the same is left alone;
// changed reports whether it was written.
func WriteFile(path string, data []byte, mode os.FileMode) (changed bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return false, os.Chmod(path, mode)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".")
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name()) // After the rename there is nothing left to remove.
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return false, err
	}
	return true, os.Rename(f.Name(), path)
}
