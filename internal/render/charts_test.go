package render_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// archived packs one of the charts of the tests, with more files if need be.
func archived(t *testing.T, chart string, more ...chartstore.File) []byte {
	t.Helper()
	root := filepath.Join("..", "testdata", "charts", chart)
	files := more
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, chartstore.File{Path: strings.TrimPrefix(path, root+"/"), Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := chartstore.Pack(chart, files)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func foreign(chart string, values map[string]any) plan.Release {
	return plan.Release{Name: "theirs", Chart: chart, Namespace: "theirs", Values: values, Upstream: &plan.Upstream{Version: "1.2.3"}}
}

// TestSplit: CRDs come out of crds/ and out of templates, hooks are apart, and
// what is left is the release.
func TestSplit(t *testing.T) {
	charts := render.Charts{"widgets": archived(t, "widgets")}
	out, err := charts.Render(foreign("widgets", nil), kube)
	if err != nil {
		t.Fatal(err)
	}
	counts := func(name, manifest string, want map[string]int) {
		t.Helper()
		for kind, n := range want {
			if got := strings.Count("\n"+manifest, "\nkind: "+kind+"\n"); got != n {
				t.Errorf("%s: %d of kind %s, want %d", name, got, kind, n)
			}
		}
	}
	counts("CRDs", out.CRDs, map[string]int{"CustomResourceDefinition": 2, "Widget": 0})
	counts("hooks", out.Hooks, map[string]int{"Widget": 1, "Job": 1, "Gadget": 0})
	counts("manifest", out.Manifest, map[string]int{"CustomResourceDefinition": 0, "Gadget": 1, "Deployment": 1, "ClusterRole": 1, "Role": 1, "Widget": 0, "Job": 0})
	if out, err = charts.Render(foreign("widgets", map[string]any{"gadgets": false}), kube); err != nil {
		t.Fatal(err)
	}
	counts("one CRD less", out.CRDs, map[string]int{"CustomResourceDefinition": 1})
}

// TestWithoutCRDs: what Helm is given to install has the same documents in the
// same order, but for the CRDs.
func TestWithoutCRDs(t *testing.T) {
	var all, want strings.Builder
	for n := range 12 {
		kind := "ConfigMap"
		if n%4 == 1 {
			kind = "CustomResourceDefinition"
		}
		doc := "---\nkind: " + kind + "\nmetadata: {name: n" + string(rune('a'+n)) + "}\n"
		all.WriteString("---\n# Source: x\n" + strings.TrimPrefix(doc, "---\n"))
		if kind == "ConfigMap" {
			want.WriteString("---\n# Source: x\n" + strings.TrimPrefix(doc, "---\n"))
		}
	}
	got, err := render.WithoutCRDs(all.String())
	if err != nil || got != want.String() {
		t.Errorf("%v\n%s", err, got)
	}
	if _, err := render.WithoutCRDs("---\nkind: {\n"); err == nil {
		t.Error("what is no YAML was taken")
	}
}

// TestSubCharts: one that the values turn off is not rendered, and its CRDs
// are not either.
func TestSubCharts(t *testing.T) {
	parent := []chartstore.File{
		{Path: "Chart.yaml", Data: []byte("apiVersion: v2\nname: parent\nversion: 1.2.3\ndependencies:\n- {name: child, version: 1.0.0, condition: child.enabled}\n")},
		{Path: "values.yaml", Data: []byte("child: {enabled: false}\n")},
		{Path: "templates/a.yml", Data: []byte("kind: ConfigMap\nmetadata: {name: a}\n")},
		{Path: "templates/NOTES.txt", Data: []byte("kind: Note\n")},
		{Path: "charts/child/Chart.yaml", Data: []byte("apiVersion: v2\nname: child\nversion: 1.0.0\n")},
		{Path: "charts/child/crds/c.yaml", Data: []byte("kind: CustomResourceDefinition\nmetadata: {name: c}\n")},
		{Path: "charts/child/templates/b.yaml", Data: []byte("kind: ConfigMap\nmetadata: {name: b}\n")},
	}
	archive, err := chartstore.Pack("parent", parent)
	if err != nil {
		t.Fatal(err)
	}
	charts := render.Charts{"parent": archive}
	for enabled, want := range map[bool]string{false: "a", true: "a b c"} {
		out, err := charts.Render(foreign("parent", map[string]any{"child": map[string]any{"enabled": enabled}}), kube)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range []string{"a", "b", "c"} {
			if strings.Contains(out.Manifest+out.CRDs, "{name: "+name+"}") {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want || strings.Contains(out.Manifest, "Note") {
			t.Errorf("enabled %v: %v, want %s:\n%s", enabled, got, want, out.Manifest)
		}
	}
}

// TestRefusedCharts: what is not there, is another one, cannot run here, or
// would delete people's objects.
func TestRefusedCharts(t *testing.T) {
	hook := chartstore.File{Path: "templates/crd.yaml", Data: []byte("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x.example.com, annotations: {helm.sh/hook: pre-install}}\n")}
	tests := map[string]struct {
		archive []byte
		release plan.Release
		kube    string
		want    string
	}{
		"not there":       {nil, foreign("slow", nil), kube, "slow 1.2.3: the chart is not here"},
		"another one":     {archived(t, "dice"), foreign("slow", nil), kube, "the archive of chart slow 1.2.3 holds dice 1.2.3"},
		"no archive":      {[]byte("x"), foreign("slow", nil), kube, "cannot be read"},
		"too old":         {archived(t, "slow"), foreign("slow", nil), "v1.20.0", "chart slow needs Kubernetes >=1.25.0-0, the cluster has v1.20.0"},
		"CRDs in a hook":  {archived(t, "slow", hook), foreign("slow", nil), kube, "makes the CRD x.example.com in a hook"},
		"another version": {archived(t, "slow"), plan.Release{Chart: "slow", Upstream: &plan.Upstream{Version: "2.0.0"}}, kube, "the archive of chart slow 2.0.0 holds slow 1.2.3"},
	}
	for name, tt := range tests {
		charts := render.Charts{}
		if tt.archive != nil {
			charts[tt.release.Chart] = tt.archive
		}
		_, err := charts.Render(tt.release, tt.kube)
		if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, render.ErrNoChart) != (tt.archive == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := (render.Charts{}).Digest(foreign("slow", nil)); d != "" {
		t.Errorf("a digest of nothing: %s", d)
	}
	if d := (render.Charts{"slow": []byte("x")}).Digest(foreign("slow", nil)); len(d) != 64 {
		t.Errorf("digest %s", d)
	}
}
