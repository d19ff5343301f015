package local

import (
	"os"
	"path/filepath"
)

// cacheHome is $XDG_CACHE_HOME/sparkwiz.
func cacheHome() string {
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "sparkwiz")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}
	return filepath.Join(home, ".cache", "sparkwiz")
}

// ChartDir keeps the archives of upstream charts. Losing it costs fetching
// them again.
func ChartDir() string { return filepath.Join(cacheHome(), "charts") }

// ImageDir keeps the archives of images that were built on this machine.
func ImageDir() string { return filepath.Join(cacheHome(), "images") }
