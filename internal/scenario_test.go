package internal_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

var update = flag.Bool("update", false, "rewrite what the scenarios expect")

// TestScenarios runs every file of testdata/scenarios: answers go in, and what
// they lead to must come out. A file is a txtar archive:
//
//	answers.yaml    the answers file
//	set             --set pairs, one a line (optional)
//	facts.yaml      what the cluster looks like (optional)
//	errors          what is wrong with the answers, and the hints; or else
//	plan.yaml       the plan, and
//	manifests.yaml  what is installed, if the file has that part at all
//
// Plans and manifests are compared as parsed YAML. `go test ./internal
// -update` rewrites the last three.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var cache render.Cache
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range archive.Files {
				parts[f.Name] = string(f.Data)
			}
			got := scenario(t, parts, &cache)
			if *update {
				rewrite(t, file, archive, got)
				return
			}
			for _, name := range outputs() {
				compare(t, name, parts, got)
			}
		})
	}
}

// outputs are the parts that come out, in the order in which they are kept.
func outputs() []string { return []string{"errors", "plan.yaml", "manifests.yaml"} }

// scenario does what the command line does without a terminal.
func scenario(t *testing.T, in map[string]string, cache *render.Cache) map[string]string {
	t.Helper()
	var f facts.Facts
	if err := yaml.UnmarshalStrict([]byte(in["facts.yaml"]), &f); err != nil {
		t.Fatal(err)
	}
	s, keys, err := spec.Parse([]byte(in["answers.yaml"]))
	if err != nil {
		return map[string]string{"errors": faults(err)}
	}
	a := question.NewAnswers(s, keys, question.FromFile)
	if err := a.SetPairs(strings.FieldsFunc(in["set"], func(r rune) bool { return r == '\n' })); err != nil {
		return map[string]string{"errors": faults(err)}
	}
	a.Suggest(f)
	var wrong []error
	for _, q := range a.Missing() {
		wrong = append(wrong, fault.New(fault.Usage, "missing answer: "+q.Key, "--set "+q.Key+"=…"))
	}
	if len(wrong) == 0 {
		wrong = append(wrong, question.Validate(a.Spec, f))
	}
	if err := errors.Join(wrong...); err != nil {
		return map[string]string{"errors": faults(err)}
	}
	p, err := plan.Make(a.Spec, f)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{"plan.yaml": marshal(t, p)}
	if _, wanted := in["manifests.yaml"]; wanted {
		for _, r := range p.Releases {
			manifest, err := cache.Manifest(r, f.Version)
			if err != nil {
				t.Fatal(err)
			}
			out["manifests.yaml"] += manifest
		}
	}
	return out
}

func faults(err error) string {
	text := err.Error() + "\n"
	for _, hint := range fault.Hints(err) {
		text += "hint: " + hint + "\n"
	}
	return text
}

func compare(t *testing.T, name string, want, got map[string]string) {
	t.Helper()
	var diff string
	if name == "errors" {
		diff = cmp.Diff(strings.Split(want[name], "\n"), strings.Split(got[name], "\n"))
	} else {
		diff = cmp.Diff(documents(t, want[name]), documents(t, got[name]))
	}
	if diff != "" {
		t.Errorf("%s (-want +got, -update accepts):\n%s", name, diff)
	}
}

// documents are the YAML documents of a text by what they are: a reordering
// is no difference, and a difference says which object it is in.
func documents(t *testing.T, text string) map[string]any {
	t.Helper()
	all := map[string]any{}
	for doc := range strings.SplitSeq("\n"+text, "\n---\n") {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(doc), &object); err != nil {
			t.Fatalf("%v in:\n%s", err, doc)
		}
		if object == nil {
			continue
		}
		metadata, _ := object["metadata"].(map[string]any)
		name := fmt.Sprintf("%v %v/%v", object["kind"], metadata["namespace"], metadata["name"])
		if _, twice := all[name]; twice {
			t.Errorf("%s is there twice", name)
		}
		all[name] = object
	}
	return all
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// rewrite keeps what goes in and replaces what comes out.
func rewrite(t *testing.T, file string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return slices.Contains(outputs(), f.Name) })
	for _, name := range outputs() {
		if text, ok := got[name]; ok {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
