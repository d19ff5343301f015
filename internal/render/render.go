// Package render turns a planned release into manifests. With package deploy
// it is the only place that knows Helm; here only its loader and its engine.
package render

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"

	"github.com/sparkwiz/sparkwiz/charts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// Chart loads a chart afresh: Helm edits the charts it is given, so one is
// never shared between two operations.
func Chart(name string) (*chart.Chart, error) {
	files, err := charts.Files(name)
	if err != nil {
		return nil, err
	}
	var buffered []*loader.BufferedFile
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		buffered = append(buffered, &loader.BufferedFile{Name: path, Data: data})
		return err
	})
	if err != nil {
		return nil, err
	}
	return loader.LoadFiles(buffered)
}

// Manifest renders a release as Helm would: YAML documents in the order of
// their template files. kubeVersion is the cluster's, e.g. v1.34.4; empty
// takes Helm's default.
func Manifest(r plan.Release, kubeVersion string) (string, error) {
	c, err := Chart(r.Chart)
	if err != nil {
		return "", err
	}
	caps := chartutil.DefaultCapabilities.Copy()
	if kubeVersion != "" {
		v, err := chartutil.ParseKubeVersion(kubeVersion)
		if err != nil {
			return "", err
		}
		caps.KubeVersion = *v
	}
	options := chartutil.ReleaseOptions{Name: r.Name, Namespace: r.Namespace, Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(c, r.Values, options, caps)
	if err != nil {
		return "", fmt.Errorf("release %s: the values do not fit chart %s: %w", r.Name, r.Chart, err)
	}
	files, err := engine.Render(c, values)
	if err != nil {
		return "", fmt.Errorf("release %s: %w", r.Name, err)
	}
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		body := strings.TrimSpace(files[name])
		if body == "" || !strings.HasSuffix(name, ".yaml") {
			continue
		}
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", name, body)
	}
	return out.String(), nil
}

// Count is the number of objects in a manifest.
func Count(manifest string) int {
	n := 0
	for line := range strings.Lines(manifest) {
		if strings.HasPrefix(line, "kind: ") {
			n++
		}
	}
	return n
}
