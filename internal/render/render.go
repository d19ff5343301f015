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

	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// newest is the Kubernetes of k8s.io/client-go in go.mod. Helm's own default
// is v1.20 unless its linker flags say otherwise, too old for every chart.
const newest = "v1.37.0"

// Rendered is what becomes of a release, as YAML documents.
type Rendered struct {
	CRDs     string // of an upstream chart: applied before the release, and not part of it
	Manifest string // the objects of the release
	Hooks    string // objects that Helm makes, waits for and may delete again
}

// Manifest renders a release of a chart of ours as Helm would: YAML documents
// in the order of their template files. kubeVersion is the cluster's, e.g.
// v1.34.4; empty takes that of the libraries this was built with.
func Manifest(r plan.Release, kubeVersion string) (string, error) {
	out, err := Charts(nil).Render(r, kubeVersion)
	return out.Manifest, err
}

// Render renders any release as Helm would.
func (c Charts) Render(r plan.Release, kubeVersion string) (Rendered, error) {
	out, err := c.render(r, kubeVersion)
	if err != nil {
		return Rendered{}, fmt.Errorf("release %s: %w", r.Name, err)
	}
	return out, nil
}

func (c Charts) render(r plan.Release, kubeVersion string) (Rendered, error) {
	loaded, err := c.Load(r)
	if err != nil {
		return Rendered{}, err
	}
	version, err := chartutil.ParseKubeVersion(cmp.Or(kubeVersion, newest))
	if err != nil {
		return Rendered{}, fmt.Errorf("the Kubernetes version %q cannot be read: %w", kubeVersion, err)
	}
	caps := chartutil.DefaultCapabilities.Copy()
	caps.KubeVersion = *version
	if want := loaded.Metadata.KubeVersion; want != "" && !chartutil.IsCompatibleRange(want, caps.KubeVersion.String()) {
		return Rendered{}, fmt.Errorf("chart %s needs Kubernetes %s, the cluster has %s", r.Chart, want, caps.KubeVersion.String())
	}
	// What Helm does first: sub-charts that the values turn off go.
	if err := chartutil.ProcessDependenciesWithMerge(loaded, r.Values); err != nil {
		return Rendered{}, err
	}
	options := chartutil.ReleaseOptions{Name: r.Name, Namespace: r.Namespace, Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(loaded, r.Values, options, caps)
	if err != nil {
		return Rendered{}, fmt.Errorf("the values do not fit chart %s: %w", r.Chart, err)
	}
	files, err := engine.Render(loaded, values)
	if err != nil {
		return Rendered{}, err
	}
	if r.Upstream != nil {
		return split(loaded, files)
	}
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if body := strings.TrimSpace(files[name]); body != "" && strings.HasSuffix(name, ".yaml") {
			document(&out, name, body)
		}
	}
	return Rendered{Manifest: out.String()}, nil
}
