package component

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestForeigners: every row has its entry and every entry its row, and what
// the scheduler is asked for can be read.
func TestForeigners(t *testing.T) {
	rows := map[string]bool{}
	for _, f := range foreigners() {
		if _, ok := catalogue.Find(f.name); !ok || f.when == nil || rows[f.name] {
			t.Errorf("%s: no entry of the catalogue, no condition, or twice", f.name)
		}
		rows[f.name] = true
	}
	for _, e := range catalogue.Entries() {
		if !rows[e.Name] {
			t.Errorf("%s is in the catalogue, and no row says when it is wanted", e.Name)
		}
	}
	for _, c := range upstream() {
		for _, p := range c.Pods(spec.Default()) {
			if p.CPUMilli <= 0 || p.Memory <= 0 || p.Name == "" {
				t.Errorf("%s: pod %+v", c.Name, p)
			}
		}
	}
}

// TestForeignValues: the catalogue's values, the registry of the answers, and
// what depends on them, each without changing the catalogue.
func TestForeignValues(t *testing.T) {
	e := catalogue.Entry{
		Name:   "x",
		Values: map[string]any{"a": map[string]any{"b": "1", "c": "2"}, "d": "3"},
		Images: []catalogue.Image{{Image: "quay.io/x/y:1", Values: map[string]string{"image.repository": "$image"}}},
	}
	c := foreign{extra: func(s spec.Spec) map[string]any {
		return map[string]any{"a": map[string]any{"b": s.Namespace}, "d": []any{"4"}, "e": map[string]any{"f": "5"}}
	}}.component(e)
	s := spec.Default()
	s.Namespace, s.Images.Registry = "lake", "r.example.com"
	want := map[string]any{
		"a": map[string]any{"b": "lake", "c": "2"}, "d": []any{"4"}, "e": map[string]any{"f": "5"},
		"image": map[string]any{"repository": "r.example.com/x/y"},
	}
	for range 2 {
		if diff := cmp.Diff(want, c.Values(s)); diff != "" {
			t.Error(diff)
		}
	}
	s.Images.Registry = ""
	if got := c.Values(s); got["image"] != nil {
		t.Errorf("without a registry: %v", got)
	}
	if diff := cmp.Diff(map[string]any{"a": map[string]any{"b": "1", "c": "2"}, "d": "3"}, e.Values); diff != "" {
		t.Errorf("the entry was changed:\n%s", diff)
	}
}
