// Package render turns a planned release into manifests. With package deploy
// it is the only place that knows Helm; here only its loader and its engine.
package render

import (
	"bytes"
	"cmp"
	"fmt"
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
	for _, f := range files {
		buffered = append(buffered, &loader.BufferedFile{Name: f.Path, Data: f.Data})
	}
	return loader.LoadFiles(buffered)
}

// newest is the Kubernetes of k8s.io/client-go in go.mod. Helm's own default
// is v1.20 unless its linker flags say otherwise, too old for every chart.
const newest = "v1.37.0"

// Manifest renders a release as Helm would: YAML documents in the order of
// their template files. kubeVersion is the cluster's, e.g. v1.34.4; empty
// takes that of the libraries this was built with.
func Manifest(r plan.Release, kubeVersion string) (string, error) {
	out, err := manifest(r, kubeVersion)
	if err != nil {
		return "", fmt.Errorf("release %s: %w", r.Name, err)
	}
	return out, nil
}

func manifest(r plan.Release, kubeVersion string) (string, error) {
	c, err := Chart(r.Chart)
	if err != nil {
		return "", err
	}
	version, err := chartutil.ParseKubeVersion(cmp.Or(kubeVersion, newest))
	if err != nil {
		return "", fmt.Errorf("the Kubernetes version %q cannot be read: %w", kubeVersion, err)
	}
	caps := chartutil.DefaultCapabilities.Copy()
	caps.KubeVersion = *version
	if want := c.Metadata.KubeVersion; want != "" && !chartutil.IsCompatibleRange(want, caps.KubeVersion.String()) {
		return "", fmt.Errorf("chart %s needs Kubernetes %s, the cluster has %s", r.Chart, want, caps.KubeVersion.String())
	}
	options := chartutil.ReleaseOptions{Name: r.Name, Namespace: r.Namespace, Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(c, r.Values, options, caps)
	if err != nil {
		return "", fmt.Errorf("the values do not fit chart %s: %w", r.Chart, err)
	}
	files, err := engine.Render(c, values)
	if err != nil {
		return "", err
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
