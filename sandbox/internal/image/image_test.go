package image

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestPauseAndInspect(t *testing.T) {
	program := filepath.Join(t.TempDir(), "pause")
	archive := func(content string) Archive {
		t.Helper()
		if err := os.WriteFile(program, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
		data, err := Pause(program, "localhost/pause:1")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "pause.tar")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		a, err := Inspect(path)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	one, again, two := archive("one"), archive("one"), archive("two")
	if one.ID != again.ID || one.ID == two.ID {
		t.Errorf("identity does not follow the content: %s %s %s", one.ID, again.ID, two.ID)
	}
	if !reflect.DeepEqual(one.References, []string{"localhost/pause:1"}) {
		t.Errorf("references %v", one.References)
	}
}

func TestInspectOthers(t *testing.T) {
	oci := `{"manifests":[{"annotations":{"org.opencontainers.image.ref.name":"localhost/a:1"}}]}`
	for _, row := range []struct {
		name, file, content, want, says string
	}{
		{"oci", "index.json", oci, "localhost/a:1", ""},
		{"oci without a name", "index.json", `{"manifests":[{}]}`, "", "names no image"},
		{"docker without a name", "manifest.json", `[{"RepoTags":null}]`, "", "names no image"},
		{"damaged", "manifest.json", `[`, "", "manifest.json"},
		{"another archive", "README", "hello", "", "not an image archive"},
	} {
		data, err := tarball(file{"blobs/x", make([]byte, 1<<16), 0o644}, file{row.file, []byte(row.content), 0o644})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "a.tar")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		a, err := Inspect(path)
		if row.says != "" {
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s: %v, want %q", row.name, err, row.says)
			}
		} else if err != nil || len(a.References) != 1 || a.References[0] != row.want {
			t.Errorf("%s: %+v, %v", row.name, a, err)
		}
	}
	if _, err := Inspect("image_test.go"); err == nil {
		t.Error("a file that is no archive is accepted")
	}
}

func TestNormal(t *testing.T) {
	for ref, want := range map[string]string{
		"postgres":                        "docker.io/library/postgres:latest",
		"postgres:15":                     "docker.io/library/postgres:15",
		"sparkwiz/spark:4.1.4":            "docker.io/sparkwiz/spark:4.1.4",
		"docker.io/sparkwiz/spark:4.1.4":  "docker.io/sparkwiz/spark:4.1.4",
		"localhost/a":                     "localhost/a:latest",
		"registry.example.com:5000/a/b:1": "registry.example.com:5000/a/b:1",
	} {
		if got := normal(ref); got != want {
			t.Errorf("normal(%q) = %q, want %q", ref, got, want)
		}
	}
}

// An image counts as loaded only while containerd still has that very one.
func TestRecord(t *testing.T) {
	a := Archive{ID: "id", References: []string{"a:1", "b:1"}}
	full := record{"docker.io/library/a:1": {"id", "sha256:1"}, "docker.io/library/b:1": {"id", "sha256:2"}}
	present := map[string]string{"docker.io/library/a:1": "sha256:1", "docker.io/library/b:1": "sha256:2"}
	for _, row := range []struct {
		name    string
		record  record
		present map[string]string
		knows   bool
	}{
		{"all there", full, present, true},
		{"never loaded", record{}, present, false},
		{"one image was removed", full, map[string]string{"docker.io/library/a:1": "sha256:1"}, false},
		{"one image is another now", full, map[string]string{"docker.io/library/a:1": "sha256:1", "docker.io/library/b:1": "sha256:9"}, false},
		{"another archive", record{"docker.io/library/a:1": {"old", "sha256:1"}, "docker.io/library/b:1": {"old", "sha256:2"}}, present, false},
	} {
		if got := row.record.knows(a, row.present); got != row.knows {
			t.Errorf("%s: %v, want %v", row.name, got, row.knows)
		}
	}
}
