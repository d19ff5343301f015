package charts

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// fronts is fronts/data.yaml: the lines of Spark, and how large each environment is.
type fronts struct {
	Lines        []map[string]any          `json:"lines"`
	Environments map[string]map[string]any `json:"environments"`
}

// The charts of the Spark lines differ in what fronts/data.yaml says and in _line.tpl. Everything else is written once.
func TestFrontsAreWrittenOnce(t *testing.T) {
	for path, want := range frontFiles(t) {
		got, err := os.ReadFile(path)
		if err == nil && bytes.Equal(got, want) {
			continue
		}
		if !*update {
			t.Errorf("%s is not what fronts/ makes of it: go test ./charts -update\n%s", path, cmp.Diff(string(got), string(want)))
		} else if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, want, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// frontFiles are the generated files by their paths. READMEs are left to readme_test.go, which needs the values.
func frontFiles(t *testing.T) map[string][]byte {
	t.Helper()
	f := frontData(t)
	files := map[string][]byte{}
	presets, err := filepath.Glob("fronts/presets/*.yaml")
	if err != nil || len(presets) == 0 {
		t.Fatalf("no presets: %v", err)
	}
	for _, line := range f.Lines {
		chart := line["chart"].(string)
		files[chart+"/values.yaml"] = fill(t, "fronts/values.yaml.tmpl", line, f.Environments["dev"])
		files[chart+"/values.schema.json"] = fill(t, "fronts/values.schema.json.tmpl", line)
		for environment, size := range f.Environments {
			files[chart+"/environments/"+environment+"/values.yaml"] = fill(t, "fronts/values.yaml.tmpl", line, size)
		}
		for _, preset := range presets {
			files[chart+"/presets/"+filepath.Base(preset)] = fill(t, preset, line)
		}
	}
	return files
}

func frontData(t *testing.T) fronts {
	t.Helper()
	data, err := os.ReadFile("fronts/data.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var f fronts
	if err := yaml.UnmarshalStrict(data, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// fill executes a template with the union of the given data. A name that the data lack is an error.
func fill(t *testing.T, path string, data ...map[string]any) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for _, d := range data {
		maps.Copy(all, d)
	}
	parsed, err := template.New(path).Option("missingkey=error").Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, all); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
