package spec_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "environments", "dev", "platform.yaml")
	s := spec.Default()
	save(t, s, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o, want 600", info.Mode().Perm())
	}
	if got, _, err := spec.Load(path); err != nil || got != s {
		t.Errorf("read back %+v, %v", got, err)
	}

	save(t, s, path)
	if !os.SameFile(info, stat(t, path)) {
		t.Error("the same answers were written again")
	}

	s.Name = "other"
	save(t, s, path)
	if os.SameFile(info, stat(t, path)) {
		t.Error("the file was rewritten in place: a reader could see half of it")
	}
	alone(t, path)
}

// TestSaveFollowsLink: an answers file may be a link into a repository; the
// answers go where it points to and the link stays.
func TestSaveFollowsLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real", "platform.yaml"), filepath.Join(dir, "platform.yaml")
	save(t, spec.Default(), target)
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	s := spec.Default()
	s.Name = "other"
	save(t, s, link)
	if got, _, err := spec.Load(target); err != nil || got.Name != "other" {
		t.Errorf("the target has %q, %v", got.Name, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
}

// TestSaveFails: whatever goes wrong, the old answers stay and nothing else is
// left behind.
func TestSaveFails(t *testing.T) {
	if err := spec.Default().Save("/proc/sparkwiz/platform.yaml"); err == nil {
		t.Error("no error where no directory can be made")
	} else if !strings.Contains(err.Error(), "/proc/sparkwiz/platform.yaml") || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("the error should name the file, once: %v", err)
	}

	dir := t.TempDir()
	path := filepath.Join(dir, "platform.yaml")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := spec.Default().Save(path); err == nil {
		t.Error("no error for a directory in the way")
	}
	alone(t, path)
}

// TestSaveFullDisk runs itself under a file size limit, where every write
// fails as on a full disk.
func TestSaveFullDisk(t *testing.T) {
	const child = "SPARKWIZ_TEST_SAVE"
	s := spec.Default()
	s.Name = "other"
	if path := os.Getenv(child); path != "" {
		if err := s.Save(path); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("want %v, got %v", syscall.EFBIG, err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "platform.yaml")
	save(t, spec.Default(), path)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 0 && exec "$0" -test.run=^TestSaveFullDisk$`, os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, _, err := spec.Load(path); err != nil || got != spec.Default() {
		t.Errorf("the old answers are damaged: %v", err)
	}
	alone(t, path)
}

func save(t *testing.T, s spec.Spec, path string) {
	t.Helper()
	if err := s.Save(path); err != nil {
		t.Fatal(err)
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// alone checks that no temporary file is left beside path.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// A default that is saved would be read as an answer, and the wizard would
// not ask again what nobody has answered.
func TestSaveLeavesOpenKeysOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "platform.yaml")
	s := spec.Default()
	s.Namespace = "mine"
	if err := s.Save(path, "environment", "gpu.enabled", "dr.enabled"); err != nil {
		t.Fatal(err)
	}
	got, keys, err := spec.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, open := range []string{"environment", "gpu.enabled", "dr.enabled"} {
		if slices.Contains(keys, open) {
			t.Errorf("%s was saved as an answer", open)
		}
	}
	if got != s {
		t.Errorf("read %+v, saved %+v", got, s)
	}
}
