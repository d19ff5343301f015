package charts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/sparkwiz/sparkwiz/examples"
)

// A ConfigMap holds 1 MiB at most, and so does the Secret in which Helm keeps a release.
const mostExamples = 900_000

// What is in examples/ arrives under ~/examples, by way of a ConfigMap whose keys know no directories.
func TestExamplesAreMounted(t *testing.T) {
	text, err := render(t, "jupyter", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > mostExamples {
		t.Errorf("%d bytes of manifests: too many examples for one ConfigMap", len(text))
	}
	data := as[corev1.ConfigMap](t, find(t, objects(t, "jupyter", nil), "ConfigMap", "jupyter-examples").Object).Data
	mounted := map[string]string{} // content by path
	for _, volume := range pods(t, "jupyter", nil)["jupyter"].Spec.Volumes {
		if volume.Name != "examples" {
			continue
		}
		for _, item := range volume.ConfigMap.Items {
			mounted[item.Path] = data[item.Key]
			delete(data, item.Key)
			for _, wrong := range validation.IsConfigMapKey(item.Key) {
				t.Errorf("%s: %s", item.Key, wrong)
			}
		}
	}
	for key := range data {
		t.Errorf("%s is mounted nowhere", key)
	}
	if mounted["copy_examples.py"] != string(read(t, "jupyter/scripts/copy_examples.py")) {
		t.Error("the script that copies is another one than that of the chart")
	}
	files, err := directory(examples.FS, ".", "")
	if err != nil || len(files) == 0 || len(mounted) != len(files)+1 {
		t.Errorf("%d examples, %d files mounted with the script (%v)", len(files), len(mounted), err)
	}
	for _, f := range files {
		if mounted["files/examples/"+f.Path] != string(f.Data) {
			t.Errorf("examples/%s is not what is mounted", f.Path)
		}
	}
}

func TestNotebooksFindSpark(t *testing.T) {
	for enabled, want := range map[bool]string{
		true:  "sc://spark-41-connect:15002/;authorization=Bearer%20$(SPARK_CONNECT_TOKEN)",
		false: "sc://spark-41-connect:15002",
	} {
		env := pods(t, "jupyter", set(nil, "spark.token.enabled", enabled))["jupyter"].Spec.Containers[0].Env
		var token bool // The kubelet expands only what stands before.
		for _, variable := range env {
			token = token || variable.Name == "SPARK_CONNECT_TOKEN"
			if variable.Name == "SPARK_REMOTE" && (variable.Value != want || token != enabled) {
				t.Errorf("SPARK_REMOTE is %s, token before it: %t; want %s", variable.Value, token, want)
			}
		}
	}
}

// The script that copies examples is run as the pod runs it, over what people do between two starts.
func TestExamplesAreCopied(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	chart, home := t.TempDir(), t.TempDir()
	// As the kubelet lays out a volume: a directory that is swapped as a whole, and links into it.
	ship := func(version string, files map[string]string) {
		for path, content := range files {
			write(t, filepath.Join(chart, ".."+version, path), content)
		}
		for _, link := range []string{"..data", "examples"} {
			_ = os.Remove(filepath.Join(chart, link))
		}
		link(t, ".."+version, filepath.Join(chart, "..data"))
		link(t, "..data/examples", filepath.Join(chart, "examples"))
	}
	start := func() string {
		t.Helper()
		out, err := exec.Command(python, "-B", "jupyter/scripts/copy_examples.py", chart, home).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	path := func(name string) string { return filepath.Join(home, "examples", "notebooks", name) }
	has := func(when, name, want string) {
		t.Helper()
		got, _ := os.ReadFile(path(name))
		if string(got) != want {
			t.Errorf("%s: %s holds %q, not %q", when, name, got, want)
		}
	}
	files := func(version string, names ...string) map[string]string {
		all := map[string]string{}
		for _, name := range names {
			all["examples/notebooks/"+name] = name + version
		}
		return all
	}

	write(t, path("mine"), "my own file of that name")
	ship("1", files("1", "plain", "edited", "deleted", "mine", "directory"))
	start()
	has("first start", "plain", "plain1")
	has("first start", "mine", "my own file of that name")

	write(t, path("edited"), "my work")
	remove(t, path("deleted"))
	remove(t, path("directory"))
	write(t, path("directory/mine"), "x")
	ship("2", files("2", "plain", "edited", "deleted", "mine", "directory", "new"))
	if said := start(); !strings.Contains(said, "3 written, 3 left") {
		t.Errorf("it said %q", said)
	}
	has("an upgrade", "plain", "plain2")
	has("an upgrade", "edited", "my work")
	has("an upgrade", "deleted", "deleted2")
	has("an upgrade", "mine", "my own file of that name")
	has("an upgrade", "directory/mine", "x")
	has("an upgrade", "new", "new2")
	if said := start(); !strings.Contains(said, "0 written") {
		t.Errorf("nothing was new, and it said %q", said)
	}

	write(t, filepath.Join(home, ".sparkwiz", "examples.json"), `{"examples/notebooks/pl`)
	ship("3", files("3", "plain", "new"))
	start()
	has("the record is damaged, so that everything counts as edited", "plain", "plain2")
	remove(t, path("new"))
	start()
	has("a damaged record is replaced", "new", "new3")

	// A file where a directory should be stands for a volume that cannot be written to, which root would not notice.
	remove(t, filepath.Join(home, "examples"))
	write(t, filepath.Join(home, "examples"), "a file")
	if said := start(); !strings.Contains(said, "new is not copied") {
		t.Errorf("nothing could be written, and it said %q", said)
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}
