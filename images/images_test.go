package images

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// rows reads images.yaml with every key, as build.sh does.
func rows(t *testing.T) (base string, rows []map[string]any) {
	t.Helper()
	var list struct {
		Base   string           `json:"base"`
		Images []map[string]any `json:"images"`
	}
	data, err := FS.ReadFile("images.yaml")
	if err == nil {
		err = yaml.UnmarshalStrict(data, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list.Base, list.Images
}

func text(row map[string]any, key string) string {
	if row[key] == nil {
		return ""
	}
	return fmt.Sprint(row[key])
}

// build.sh reads the list with awk: one key a line, flat values, and only the keys that its head explains.
func TestRows(t *testing.T) {
	base, all := rows(t)
	known := []string{"name", "reference", "source", "dockerfile", "inputs", "args", "target", "program", "go", "ldflags", "user", "charts", "seconds", "default"}
	named := regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+/[a-z0-9/-]+:[\w.-]+$`)
	names, references := map[string]bool{}, map[string]bool{}
	for _, row := range all {
		name := text(row, "name")
		for key, value := range row {
			if !slices.Contains(known, key) {
				t.Errorf("%s: the key %s means nothing to build.sh", name, key)
			}
			switch value.(type) {
			case string, bool, float64:
			default:
				t.Errorf("%s: %s is not flat", name, key)
			}
		}
		if reference := text(row, "reference"); names[name] || references[reference] || !named.MatchString(reference) {
			t.Errorf("%s: the name or %s is there twice, or the reference names no registry", name, reference)
		}
		names[name], references[text(row, "reference")] = true, true
		if source := text(row, "source"); source != Ours && source != Official {
			t.Errorf("%s: source %q", name, source)
		}
		if user := text(row, "user"); !regexp.MustCompile(`^\d+:\d+$`).MatchString(user) {
			t.Errorf("%s: the user %q is not numeric", name, user)
		}
		inputs := strings.Fields(text(row, "inputs"))
		for _, input := range inputs {
			if _, err := os.Stat(input); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		dockerfile := text(row, "dockerfile")
		if dockerfile == "" && text(row, "source") == Official {
			continue
		}
		data, err := os.ReadFile(dockerfile)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if within(inputs, dockerfile) == "" {
			t.Errorf("%s is not rebuilt when %s changes", name, dockerfile)
		}
		stages(t, name, base, text(row, "target"), string(data))
		copied(t, name, row, inputs, string(data))
	}
}

// within is the input that holds a file.
func within(inputs []string, file string) string {
	for _, input := range inputs {
		if file == input || strings.HasPrefix(file, input+"/") {
			return input
		}
	}
	return ""
}

// stages checks where each stage of a Dockerfile comes from: the one base image, nothing, or a stage above it.
func stages(t *testing.T, name, base, target, dockerfile string) {
	t.Helper()
	known := []string{base, "scratch"}
	for line := range strings.Lines(dockerfile) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "FROM" {
			continue
		}
		if !slices.Contains(known, words[1]) {
			t.Errorf("%s: FROM %s is neither %s, scratch nor a stage above", name, words[1], base)
		}
		known = append(known, words[len(words)-1])
	}
	if target != "" && !slices.Contains(known, target) {
		t.Errorf("%s: no stage is called %s", name, target)
	}
}

// copied checks that what a Dockerfile copies out of the context is there, and counts as an input. The stages above the
// target alone are looked at.
func copied(t *testing.T, name string, row map[string]any, inputs []string, dockerfile string) {
	t.Helper()
	if text(row, "source") == Official {
		return // The context of a stand-in is its own directory.
	}
	values := map[string]string{}
	for arg := range strings.FieldsSeq(text(row, "args")) {
		key, value, _ := strings.Cut(arg, "=")
		values[key] = value
	}
	inTarget := false
	for line := range strings.Lines(dockerfile) {
		words := strings.Fields(line)
		if len(words) > 0 && words[0] == "FROM" {
			if inTarget {
				return
			}
			inTarget = text(row, "target") != "" && words[len(words)-1] == text(row, "target")
		}
		if len(words) < 3 || words[0] != "COPY" || strings.HasPrefix(words[1], "--from") {
			continue
		}
		for _, file := range words[1 : len(words)-1] {
			if file == "sparkwiz" && row["program"] == true {
				continue // It is compiled when everything here is there.
			}
			if strings.HasPrefix(file, "--chmod=") {
				continue
			}
			file = os.Expand(file, func(key string) string { return values[key] })
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s copies %v", name, err)
			}
			if within(inputs, file) == "" {
				t.Errorf("%s is not rebuilt when %s changes", name, file)
			}
		}
	}
}

// What the program carries is what is here, but for the stand-ins, and what runs is told by its first line: embedded files
// have no modes.
func TestEverythingIsCarried(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path == "stand-ins" {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) == ".go" || path == "README.md" {
			return nil
		}
		data, missing := FS.ReadFile(path)
		if missing != nil {
			t.Errorf("%s is not embedded", path)
		}
		info, err := entry.Info()
		if runs := bytes.HasPrefix(data, []byte("#!")); err == nil && runs != (info.Mode()&0o111 != 0) {
			t.Errorf("%s has the mode %v; whether it begins with #! must say the same", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Everything that is downloaded is named exactly, with what it must hash to.
func TestPins(t *testing.T) {
	python := regexp.MustCompile(`^[a-z0-9-]+==\S+( --hash=sha256:[0-9a-f]{64})+$`)
	jar := regexp.MustCompile(`^[0-9a-f]{64} [\w.-]+:[\w.-]+:[\w.-]+(:[\w.]+:[\w.-]+)?$`)
	files := 0
	err := fs.WalkDir(FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txt" {
			return err
		}
		form := python
		if entry.Name() == "jars.txt" {
			form = jar
		}
		data, err := FS.ReadFile(path)
		pins := 0
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			if pins++; !form.MatchString(line) {
				t.Errorf("%s: %.80s", path, line)
			}
		}
		if pins == 0 {
			t.Errorf("%s pins nothing", path)
		}
		files++
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d lists of pins, %v", files, err)
	}
}

// TestChartsNameImagesThatThereAre reads every set of values in charts/: whatever names an image must name one of the list,
// and the list must know that the chart does.
func TestChartsNameImagesThatThereAre(t *testing.T) {
	charts := map[string][]string{} // reference to charts
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range all {
		charts[image.Reference] = strings.Fields(image.Charts)
	}
	found := 0
	for _, values := range valuesFiles(t) {
		for _, reference := range references(values.merged) {
			found++
			users, ok := charts[reference]
			if !ok {
				t.Errorf("%s names %s, which images.yaml does not have", values.path, reference)
			} else if !slices.Contains(users, values.chart) {
				t.Errorf("%s names %s; add the chart %s to its row in images.yaml", values.path, reference, values.chart)
			}
		}
	}
	if found == 0 {
		t.Error("no chart names an image: this test reads the wrong files")
	}
}

type values struct {
	chart, path string
	merged      map[string]any // over the chart's defaults
}

// valuesFiles finds a chart's defaults, and the sets of values beside them that are given with -f.
func valuesFiles(t *testing.T) []values {
	t.Helper()
	var all []values
	charts, err := filepath.Glob("../charts/*/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, defaults := range charts {
		dir := filepath.Dir(defaults)
		all = append(all, values{filepath.Base(dir), defaults, load(t, defaults)})
		for _, pattern := range []string{"environments/*/values.yaml", "presets/*.yaml"} {
			more, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range more {
				all = append(all, values{filepath.Base(dir), path, over(load(t, defaults), load(t, path))})
			}
		}
	}
	return all
}

func load(t *testing.T, path string) map[string]any {
	t.Helper()
	var out map[string]any
	data, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return out
}

// over lays values over others as Helm does.
func over(under, top map[string]any) map[string]any {
	for key, value := range top {
		if m, ok := value.(map[string]any); ok {
			if u, ok := under[key].(map[string]any); ok {
				value = over(u, m)
			}
		}
		under[key] = value
	}
	return under
}

// references are those of all maps with a repository and a tag, at any depth.
func references(node any) []string {
	var all []string
	switch v := node.(type) {
	case map[string]any:
		if v["repository"] != nil && v["tag"] != nil {
			all = append(all, fmt.Sprintf("%v/%v:%v", v["registry"], v["repository"], v["tag"]))
		}
		for _, child := range v {
			all = append(all, references(child)...)
		}
	case []any:
		for _, child := range v {
			all = append(all, references(child)...)
		}
	}
	return all
}

// The image of the program has the program's version, so that what runs in the cluster is what installed it.
func TestTheProgramsImageHasItsVersion(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^VERSION \?= (\S+)$`).FindSubmatch(makefile)
	all, err := All()
	if err != nil || version == nil {
		t.Fatalf("%q, %v", version, err)
	}
	i := slices.IndexFunc(all, func(i Image) bool { return i.Program })
	if i < 0 || !strings.HasSuffix(all[i].Reference, ":"+string(version[1])) {
		t.Errorf("the version is %s; images.yaml has %+v", version[1], all)
	}
}
