package mirror

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/charts"
	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func planFrom(t *testing.T, registry string) plan.Plan {
	t.Helper()
	s := spec.Default()
	s.Images.Registry = registry
	p, err := plan.Make(s, facts.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestList: the images of the list are those that the manifests name.
func TestList(t *testing.T) {
	items, err := List(planFrom(t, Marker))
	if err != nil {
		t.Fatal(err)
	}
	var listed, named []string
	places := map[string]bool{}
	for _, i := range items {
		if places[i.Place] || i.For == "" || strings.Contains(i.Source, Marker) {
			t.Errorf("%+v is there twice, is for nobody, or comes from nowhere", i)
		}
		places[i.Place] = true
		if i.Kind == Image {
			listed = append(listed, i.Name)
		}
	}
	p := planFrom(t, "")
	for _, r := range p.Releases {
		manifest, err := render.Manifest(r, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`docker\.io/[a-z0-9._/-]+:[A-Za-z0-9._-]+`).FindAllString(manifest, -1) {
			if !slices.Contains(named, m) {
				named = append(named, m)
			}
		}
		if !slices.ContainsFunc(items, func(i Item) bool { return i.Kind == Chart && i.Name == r.Chart && i.Digest != "" && i.Source == ours }) {
			t.Errorf("chart %s is not in the list", r.Chart)
		}
	}
	slices.Sort(listed)
	slices.Sort(named)
	if !slices.Equal(listed, named) || len(listed) < 4 {
		t.Errorf("listed %q\n named %q", listed, named)
	}
}

func TestAll(t *testing.T) {
	items, err := All(planFrom(t, Marker))
	if err != nil {
		t.Fatal(err)
	}
	has := func(kind, name string) bool {
		return slices.ContainsFunc(items, func(i Item) bool { return i.Kind == kind && i.Name == name })
	}
	for _, c := range charts.Names() {
		if !has(Chart, c) {
			t.Errorf("chart %s is missing", c)
		}
	}
	for _, e := range catalogue.Entries() {
		if !has(Chart, e.Name) {
			t.Errorf("chart %s is missing", e.Name)
		}
		for _, i := range e.Images {
			if !has(Image, i.Image) {
				t.Errorf("image %s is missing", i.Image)
			}
		}
	}
	if !has(Image, "docker.io/sparkwiz/spark:4.1.4") {
		t.Error("the plan's own images are missing")
	}
}
