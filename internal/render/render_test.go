package render_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const kube = "v1.36.1"

func quickstart(t testing.TB) plan.Plan {
	t.Helper()
	p, err := plan.Make(spec.Default(), facts.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestManifestTwice(t *testing.T) {
	for _, r := range quickstart(t).Releases {
		first, err := render.Manifest(r, kube)
		if err != nil {
			t.Fatal(err)
		}
		second, err := render.Manifest(r, kube)
		if err != nil || first != second {
			t.Errorf("%s: rendered twice, the bytes differ (%v)", r.Name, err)
		}
		if !strings.HasPrefix(first, "---\n# Source: "+r.Chart+"/templates/") || !strings.HasSuffix(first, "\n") {
			t.Errorf("%s: want YAML documents with their source:\n%.200s", r.Name, first)
		}
		if strings.Contains(first, "<no value>") {
			t.Errorf("%s: a template reads a value that is not there", r.Name)
		}
	}
}

func TestManifestRefuses(t *testing.T) {
	releases := quickstart(t).Releases
	postgresql := releases[slices.IndexFunc(releases, func(r plan.Release) bool { return r.Name == "postgresql" })]
	with := func(key string, value any) plan.Release {
		r := postgresql
		r.Values = map[string]any{key: value}
		return r
	}
	other := postgresql
	other.Chart = "none"
	tests := map[string]struct {
		release plan.Release
		kube    string
		want    []string
	}{
		"unknown value":  {with("replica", 2), kube, []string{"release postgresql: the values do not fit chart postgresql", "replica"}},
		"wrong type":     {with("persistence", "10Gi"), kube, []string{"release postgresql: the values do not fit chart postgresql", "persistence"}},
		"unknown chart":  {other, kube, []string{"release postgresql: ", `no chart "none"`}},
		"no version":     {postgresql, "latest", []string{"release postgresql: ", "latest"}},
		"old Kubernetes": {postgresql, "v1.20.0", []string{"release postgresql: ", "chart postgresql needs Kubernetes >=", "v1.20.0"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := render.Manifest(tt.release, tt.kube)
			if err == nil || out != "" {
				t.Fatalf("no error, and %d bytes", len(out))
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

// TestManifestLeavesValues: the values belong to the plan, which is printed
// and compared after it was rendered.
func TestManifestLeavesValues(t *testing.T) {
	p := quickstart(t)
	for _, r := range p.Releases {
		if _, err := render.Manifest(r, kube); err != nil {
			t.Fatal(err)
		}
	}
	before, after := yaml(t, quickstart(t)), yaml(t, p)
	if !bytes.Equal(before, after) {
		t.Errorf("rendering changed the plan:\n%s\nbefore:\n%s", after, before)
	}
}
