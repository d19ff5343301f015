// Package local is what sparkwiz does on the machine it runs on: where its
// state is kept, the sandbox's process, and the builds of a quick start.
package local

import (
	"os"
	"path/filepath"
)

// Context is the sandbox's kubeconfig context.
const Context = "sparkwiz-sandbox"

// stateHome is $XDG_STATE_HOME/sparkwiz.
func stateHome() string {
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "sparkwiz")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}
	return filepath.Join(home, ".local", "state", "sparkwiz")
}

// Archives is where the archives of the images are, one NAME.tar each, below
// $XDG_CACHE_HOME/sparkwiz.
func Archives() string { return filepath.Join(CacheHome(), "images") }

// CacheHome is $XDG_CACHE_HOME/sparkwiz: what only costs time to make again.
func CacheHome() string {
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "sparkwiz")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}
	return filepath.Join(home, ".cache", "sparkwiz")
}

// StateDir keeps the journal of one platform on one cluster. Losing it costs
// nothing but history.
func StateDir(clusterUID, platform string) string {
	return filepath.Join(stateHome(), "clusters", clusterUID, platform)
}

// Kubeconfig is the sandbox's own kubeconfig.
func Kubeconfig() string { return filepath.Join(stateHome(), "sandbox", "kubeconfig") }

// LogDir keeps the output of background builds.
func LogDir() string { return filepath.Join(stateHome(), "logs") }
