package images_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/images"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// program puts a script in the place of kind or docker, which need a daemon that this machine has not; it writes down how
// it was called. The sandbox's own loading is part of the end-to-end test.
func program(t *testing.T, name, script string) (calls string) {
	t.Helper()
	dir := t.TempDir()
	calls = filepath.Join(dir, "calls")
	text := "#!/bin/sh\necho \"$@\" >>" + calls + "\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil { //nolint:gosec // it is to run
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return calls
}

func TestLoad(t *testing.T) {
	tests := map[string]struct {
		program, into, context string
		want                   string // arguments; ARCHIVE stands for the path
	}{
		"a kind context":       {"kind", "", "kind-dev", "load image-archive ARCHIVE --name dev"},
		"kind without context": {"kind", "kind", "", "load image-archive ARCHIVE --name kind"},
		"kind beside another":  {"kind", "kind", "production", "load image-archive ARCHIVE --name kind"},
		"docker desktop":       {"docker", "", "docker-desktop", "load --input ARCHIVE"},
		"docker":               {"docker", "docker", "kind-dev", "load --input ARCHIVE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			archive(t, cache, "spark-4.1", "built")
			calls := program(t, tt.program, "exit 0")
			last, observe := recorder()
			if err := images.Load(t.Context(), []string{"spark-4.1"}, tt.into, tt.context, observe); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(calls)
			want := strings.ReplaceAll(tt.want, "ARCHIVE", filepath.Join(cache, "sparkwiz", "images", "spark-4.1.tar"))
			if err != nil || strings.TrimSpace(string(got)) != want {
				t.Errorf("called with %s(%v), want %s", got, err, want)
			}
			if e := last["load/spark-4.1"]; e.State != progress.Done || e.Title != "docker.io/sparkwiz/spark:4.1.4" {
				t.Errorf("the last event is %+v", e)
			}
		})
	}
}

func TestLoadFails(t *testing.T) {
	cache := t.TempDir()
	archive(t, cache, "spark-4.1", "built")
	archive(t, cache, "airflow", "built")
	calls := program(t, "kind", `echo "something first"; echo "ERROR: no nodes found for cluster" >&2; exit 1`)
	last, observe := recorder()
	err := images.Load(t.Context(), []string{"spark-4.1", "airflow"}, "kind", "", observe)
	if err == nil || !strings.Contains(err.Error(), "no nodes found for cluster") || last["load/airflow"].State != progress.Failed {
		t.Errorf("a program that fails: %v, %+v", err, last)
	}
	if got, err := os.ReadFile(calls); err != nil || strings.Count(string(got), "\n") != 2 {
		t.Errorf("the second image was not tried: %s (%v)", got, err)
	}

	for context, hint := range map[string]string{"production": "sparkwiz images push REGISTRY", "": "--into sandbox|kind|docker"} {
		err := images.Load(t.Context(), nil, "", context, observe)
		if fault.KindOf(err) != fault.Usage || !strings.Contains(strings.Join(fault.Hints(err), " "), hint) {
			t.Errorf("context %q: %v, %q", context, err, fault.Hints(err))
		}
	}
	if err := images.Load(t.Context(), nil, "podman", "kind-dev", observe); fault.KindOf(err) != fault.Usage {
		t.Errorf("an unknown kind of cluster: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := images.Load(t.Context(), []string{"airflow"}, "docker", "", observe); err == nil || !strings.Contains(err.Error(), "the program docker") {
		t.Errorf("a missing program: %v", err)
	}
}

// TestBuild runs the script as it is carried, with a builder that does not exist: everything up to the building is real.
func TestBuild(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("SPARKWIZ_BUILDER", "no-builder")
	var out strings.Builder
	for range 2 { // The second time the sources are there already.
		out.Reset()
		err := images.Build(t.Context(), []string{"jupyter-4.1"}, &out)
		if err == nil || fault.KindOf(err) != fault.Failed || !strings.Contains(out.String(), "build.sh: no-builder is missing") {
			t.Errorf("got %v, the script said %s", err, out.String())
		}
	}
	dirs, err := filepath.Glob(filepath.Join(cache, "sparkwiz", "image-sources", "*"))
	if err != nil || len(dirs) != 1 {
		t.Errorf("the sources are in %v (%v)", dirs, err)
	}
	for file, mode := range map[string]os.FileMode{"build.sh": 0o755, "images.yaml": 0o644, "airflow/entrypoint.sh": 0o755, "airflow/airflow-user": 0o755} {
		if info, err := os.Stat(filepath.Join(dirs[0], file)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
	if hidden, err := filepath.Glob(filepath.Join(cache, "sparkwiz", "image-sources", ".new-*")); err != nil || len(hidden) > 0 {
		t.Errorf("left behind: %v (%v)", hidden, err)
	}
	if err := images.Build(t.Context(), []string{"spark"}, &out); fault.KindOf(err) != fault.Usage {
		t.Errorf("an unknown name: %v", err)
	}
}

// Without the sources of the stand-ins an official image counts as there when it is the right one.
func TestUpToDateWithoutStandIns(t *testing.T) {
	cache := t.TempDir()
	archive(t, cache, "postgres", "official")
	t.Setenv("SPARKWIZ_BUILDER", "no-builder")
	var out strings.Builder
	if err := images.Build(t.Context(), []string{"postgres"}, &out); err != nil {
		t.Errorf("%v; the script said %s", err, out.String())
	}
	key := filepath.Join(cache, "sparkwiz", "images", "postgres.tar.key")
	if err := os.WriteFile(key, []byte("abc\nofficial\ndocker.io/library/postgres:14\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := images.Build(t.Context(), []string{"postgres"}, &out); err == nil {
		t.Error("another version counts as up to date")
	}
	if names := intoNames(); !slices.Equal(names, []string{"sandbox", "kind", "docker"}) {
		t.Errorf("the help says sandbox, kind or docker; there are %v", names)
	}
}

func intoNames() (names []string) {
	for _, into := range images.Intos() {
		names = append(names, into.Name)
	}
	return names
}
