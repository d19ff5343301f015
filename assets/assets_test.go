package assets_test

import (
	"slices"
	"testing"

	"github.com/sparkwiz/sparkwiz/assets"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestQuickstart: the preset answers everything, so that nobody needs to be
// there, and differs from the defaults only in naming the sandbox.
func TestQuickstart(t *testing.T) {
	s, keys, err := spec.Parse(assets.Quickstart())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(keys, spec.Keys()) {
		t.Errorf("answers %q of %q", keys, spec.Keys())
	}
	for _, q := range question.NewAnswers(s, keys, question.FromFile).Missing() {
		t.Errorf("%s is not answered", q.Key)
	}
	if err := question.Validate(s, facts.Facts{}); err != nil {
		t.Error(err)
	}
	want := spec.Default()
	want.Cluster.Context = "sparkwiz-sandbox"
	if s != want {
		t.Errorf("the first platform is not the default one:\n%+v\n%+v", s, want)
	}
	p, err := plan.Make(s, facts.Facts{})
	if err != nil || len(p.Releases) != 4 {
		t.Errorf("%d releases, %v", len(p.Releases), err)
	}
}
