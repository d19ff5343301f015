package render

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"
)

const definition = "CustomResourceDefinition"

// split sorts what the templates of an upstream chart have made as Helm does,
// and takes the CRDs out: they are applied before the release, stay after it,
// and would make its record too large.
func split(c *chart.Chart, files map[string]string) (Rendered, error) {
	for name := range files {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(files, name)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return Rendered{}, err
	}
	var crds, objects, others bytes.Buffer
	for _, d := range c.CRDObjects() {
		document(&crds, d.Filename, string(d.File.Data))
	}
	for _, m := range manifests {
		if m.Head != nil && m.Head.Kind == definition {
			document(&crds, m.Name, m.Content)
		} else {
			document(&objects, m.Name, m.Content)
		}
	}
	for _, h := range hooks {
		if h.Kind == definition {
			// Helm deletes what a hook has made before it makes it again, and
			// with a CRD all objects of its kind.
			return Rendered{}, fmt.Errorf("chart %s makes the CRD %s in a hook, which would delete what people have made with it", c.Name(), h.Name)
		}
		document(&others, h.Path, h.Manifest)
	}
	return Rendered{CRDs: crds.String(), Manifest: objects.String(), Hooks: others.String()}, nil
}

func document(out *bytes.Buffer, source, content string) {
	fmt.Fprintf(out, "---\n# Source: %s\n%s\n", source, strings.TrimSpace(content))
}

// WithoutCRDs takes the CRDs out of a manifest as Helm has put it together. It
// is what Helm is told to do after rendering.
func WithoutCRDs(manifest string) (string, error) {
	return Without(manifest, func(_, kind string) bool { return kind == definition })
}

// Without takes out of a manifest, as Helm has put it together, the documents
// of which drop says so, by their apiVersion and kind.
func Without(manifest string, drop func(apiVersion, kind string) bool) (string, error) {
	all := releaseutil.SplitManifests(manifest)
	var out bytes.Buffer
	for _, key := range slices.SortedFunc(maps.Keys(all), byNumber) {
		var head releaseutil.SimpleHead
		if err := yaml.Unmarshal([]byte(all[key]), &head); err != nil {
			return "", err
		}
		if !drop(head.Version, head.Kind) {
			fmt.Fprintf(&out, "---\n%s\n", strings.TrimSpace(all[key]))
		}
	}
	return out.String(), nil
}

// byNumber sorts the keys that Helm gives to documents: manifest-2 before
// manifest-10.
func byNumber(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
