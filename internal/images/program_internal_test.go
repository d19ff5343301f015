package images

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Only a static program starts in an image that has nothing else.
func TestStatic(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	text := filepath.Join(dir, "text")
	for path, data := range map[string]string{source: "package main\nfunc main() {}\n", text: "#!/bin/sh\n"} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "program")
	build := exec.Command("go", "build", "-o", program, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := static(program); err != nil {
		t.Error(err)
	}
	if err := static(text); fault.KindOf(err) != fault.Failed || len(fault.Hints(err)) == 0 {
		t.Errorf("a script: %v", err)
	}
	if shell, err := filepath.EvalSymlinks("/bin/sh"); err == nil {
		if err := static(shell); err == nil || !strings.Contains(err.Error(), "libraries") {
			t.Errorf("%s: %v", shell, err)
		}
	}
}

// build.sh is told about the program only where it is wanted.
func TestEnviron(t *testing.T) {
	told := func(s string) bool { return strings.HasPrefix(s, "SPARKWIZ_PROGRAM=") }
	if env, err := environ([]string{"spark-4.1"}); err != nil || slices.ContainsFunc(env, told) {
		t.Errorf("%v, %v", env, err)
	}
	// The test's own program may be static or not; either it is named, or refused by its path.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if env, err := environ([]string{"sparkwiz"}); err != nil && !strings.Contains(err.Error(), self) || err == nil && !slices.Contains(env, "SPARKWIZ_PROGRAM="+self) {
		t.Errorf("%v", err)
	}
}
