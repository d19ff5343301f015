// Package catalogue is what sparkwiz knows about the charts that others
// maintain: where each comes from, in which version, and how it is installed.
package catalogue

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/assets"
)

// Entry is one chart. assets/catalogue.yaml explains the fields.
type Entry struct {
	Name        string         `json:"name"` // of the chart and of its release
	Title       string         `json:"title"`
	For         string         `json:"for"` // follows the title: "KEDA, scales …"
	Version     string         `json:"version"`
	AppVersion  string         `json:"appVersion"`
	Repository  string         `json:"repository"`           // https address of a chart repository
	OCI         string         `json:"oci,omitempty"`        // oci:// address, without the version
	Digest      string         `json:"digest,omitempty"`     // sha256:… of the archive; empty: trusted at first use, then pinned
	Namespace   string         `json:"namespace"`            // of the release
	PodSecurity string         `json:"podSecurity"`          // level of the namespace
	Kubernetes  string         `json:"kubernetes,omitempty"` // range, as the chart writes it
	Licence     string         `json:"licence"`              // SPDX
	Source      string         `json:"source"`               // where it is developed
	APIs        []string       `json:"apis,omitempty"`       // group/versions; the first tells that it is there
	Offers      string         `json:"offers,omitempty"`     // extended resource that tells the same
	Wait        string         `json:"wait"`                 // Pods, CRDs or Webhook
	Probe       map[string]any `json:"probe,omitempty"`      // Webhook: the object of the dry run
	Pods        []Pod          `json:"pods"`
	Values      map[string]any `json:"values,omitempty"`
	Images      []Image        `json:"images"`
}

// The wait policies, each with all that stands before it.
const (
	Pods    = "pods"    // its objects are ready
	CRDs    = "crds"    // its CRDs are Established before it starts
	Webhook = "webhook" // the API server accepts Probe
)

// Pod is one kind of pod and what one of them asks for, as Kubernetes
// quantities.
type Pod struct {
	Name   string `json:"name"`
	CPU    string `json:"cpu"`
	Memory string `json:"memory"`
}

// Image is one image, and which values have it come from a mirror.
type Image struct {
	Image  string            `json:"image"`  // whole reference, with registry and tag
	Values map[string]string `json:"values"` // dotted path → template with $registry, $path or $image
}

// Parse reads a catalogue. A field that nobody knows is an error: it is a
// wrong spelling of one that would be missing.
func Parse(data []byte) ([]Entry, error) {
	var all []Entry
	if err := yaml.UnmarshalStrict(data, &all); err != nil {
		return nil, fmt.Errorf("the catalogue cannot be read: %w", err)
	}
	return all, nil
}

// embedded is parsed once.
var embedded = sync.OnceValue(func() []Entry {
	all, err := Parse(assets.Catalogue())
	if err != nil {
		panic(err) // The file is part of this program, and every test reads it.
	}
	return all
})

// Entries are all charts of the catalogue that this program carries.
func Entries() []Entry { return slices.Clone(embedded()) }

// Find returns the entry with a name.
func Find(name string) (Entry, bool) {
	i := slices.IndexFunc(embedded(), func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return embedded()[i], true
}

// ValuesFor are the values of a release whose images come from a registry;
// with an empty one they come from where upstream publishes them. The tree is
// the caller's own.
func (e Entry) ValuesFor(registry string) map[string]any {
	values := copied(e.Values)
	if registry == "" {
		return values
	}
	for _, i := range e.Images {
		path := Path(i.Image)
		words := strings.NewReplacer("$registry", registry, "$path", path, "$image", registry+"/"+path)
		for at, template := range i.Values {
			put(values, strings.Split(at, "."), words.Replace(template))
		}
	}
	return values
}

// Path is an image's path without its registry and its tag: where a mirror
// keeps it.
func Path(image string) string {
	_, path, _ := strings.Cut(image, "/")
	path, _, _ = strings.Cut(path, "@")
	path, _, _ = strings.Cut(path, ":")
	return path
}

// put sets a value in a tree, and makes the branches that lead to it.
func put(tree map[string]any, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		branch, ok := tree[key].(map[string]any)
		if !ok {
			branch = map[string]any{}
			tree[key] = branch
		}
		tree = branch
	}
	tree[path[len(path)-1]] = value
}

// copied is a tree of its own: Helm edits the values it is given, and so do
// callers.
func copied(tree map[string]any) map[string]any {
	fresh := map[string]any{}
	data, err := json.Marshal(tree)
	if err == nil && len(tree) > 0 {
		err = json.Unmarshal(data, &fresh)
	}
	if err != nil {
		panic("the catalogue holds what is no JSON: " + err.Error()) // It was read from YAML, which is a way to write JSON.
	}
	return fresh
}
