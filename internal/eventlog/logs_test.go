package eventlog_test

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// logs is the directory of event logs of other projects, with what their own tools say about them. It is not part of this
// repository: tests that need it are skipped without it.
func logs(t testing.TB) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("SPARKWIZ_EVENTLOGS"), filepath.Join("..", "..", "..", "shared", "eventlogs"))
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no event logs of other projects here: set SPARKWIZ_EVENTLOGS to a directory with them")
	}
	return dir
}

// read reads a log of that directory.
func read(t testing.TB, name string) *eventlog.Application {
	t.Helper()
	a, err := eventlog.Read(os.DirFS(logs(t)), name, eventlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

// open is one file of that directory.
func open(t testing.TB, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(os.DirFS(logs(t)), name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
