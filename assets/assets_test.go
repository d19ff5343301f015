package assets_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/assets"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestPresets: each preset answers everything that is asked but the cluster, which only its user knows, and every answer
// holds. Those for the sandbox name it.
func TestPresets(t *testing.T) {
	for _, name := range assets.Presets() {
		data, err := assets.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		s, keys, err := spec.Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Cluster.Context == "" {
			s.Cluster.Context, keys = "here", append(keys, "cluster.context")
		}
		for _, q := range question.NewAnswers(s, keys, question.FromFile).Missing() {
			t.Errorf("%s: %s is not answered", name, q.Key)
		}
		if err := question.Validate(s, facts.Facts{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	files, err := filepath.Glob("presets/*.yaml")
	if err != nil || len(files) != len(assets.Presets()) {
		t.Errorf("%d files, %d names: %v", len(files), len(assets.Presets()), err)
	}
	if _, err := assets.Preset("nothing"); err == nil || !strings.Contains(err.Error(), "quickstart") {
		t.Errorf("an unknown preset must name the known ones: %v", err)
	}
}

// TestQuickstart: the first platform is the default one, on the sandbox.
func TestQuickstart(t *testing.T) {
	data, err := assets.Preset("quickstart")
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := spec.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	want := spec.Default()
	want.Cluster.Context = "sparkwiz-sandbox"
	if s != want {
		t.Errorf("the first platform is not the default one:\n%+v\n%+v", s, want)
	}
}
