package mirror

import (
	"fmt"
	"regexp"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/charts"
	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// Marker is a registry that does not exist. A plan whose images come from it
// says with every reference that it is one, wherever it stands in a manifest.
const Marker = "marker.invalid"

var marked = regexp.MustCompile(regexp.QuoteMeta(Marker) + `/([a-z0-9._/-]+:[A-Za-z0-9_][A-Za-z0-9._-]*)`)

// List names all that a plan needs, each once. The plan was made with Marker
// as its registry.
func List(p plan.Plan) ([]Item, error) {
	var items []Item
	for _, r := range p.Releases {
		more, err := needs(r)
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	return merged(items), nil
}

func needs(r plan.Release) ([]Item, error) {
	if r.Upstream != nil {
		e, ok := catalogue.Find(r.Chart)
		if !ok {
			return nil, fmt.Errorf("release %s: the catalogue has no chart %s", r.Name, r.Chart)
		}
		return entry(e, r.Name), nil
	}
	chart, err := own(r.Chart, r.Name)
	if err != nil {
		return nil, err
	}
	manifest, err := render.Manifest(r, "")
	if err != nil {
		return nil, err
	}
	return append(referred(manifest, r.Name), chart), nil
}

// All names what the plan needs, every chart that sparkwiz carries, and the
// whole catalogue.
func All(p plan.Plan) ([]Item, error) {
	items, err := List(p)
	if err != nil {
		return nil, err
	}
	for _, name := range charts.Names() {
		if slices.ContainsFunc(items, func(i Item) bool { return i.Kind == Chart && i.Name == name }) {
			continue
		}
		chart, err := own(name, "any plan")
		if err != nil {
			return nil, err
		}
		items = append(items, chart)
	}
	for _, e := range catalogue.Entries() {
		items = append(items, entry(e, e.Name)...)
	}
	return merged(items), nil
}

// entry is an upstream chart with its images.
func entry(e catalogue.Entry, user string) []Item {
	chart := chartstore.Chart{Name: e.Name, Version: e.Version, Repository: e.Repository, OCI: e.OCI, Digest: e.Digest}
	items := []Item{chartItem(chart, user)}
	for _, i := range e.Images {
		items = append(items, imageItem(i.Image, user))
	}
	return items
}

func chartItem(c chartstore.Chart, user string) Item {
	return Item{Kind: Chart, Name: c.Name, Version: c.Version, Source: c.Repository, Place: chartstore.Place(c.Name, c.Version), Digest: c.Digest, For: user, upstream: c}
}

// own is a chart of ours. Nobody needs it for an install with sparkwiz, which
// carries it; other tools may.
func own(name, user string) (Item, error) {
	version, archive, err := packed(name)
	if err != nil {
		return Item{}, err
	}
	return Item{Kind: Chart, Name: name, Version: version, Source: ours, Place: chartstore.Place(name, version), Digest: chartstore.Digest(archive), For: user}, nil
}

// ours is the source of charts that sparkwiz carries.
const ours = "sparkwiz"

// packed makes the archive of a chart of ours.
func packed(name string) (version string, archive []byte, err error) {
	all, err := charts.Files(name)
	if err != nil {
		return "", nil, err
	}
	files := make([]chartstore.File, len(all))
	for i, f := range all {
		files[i] = chartstore.File{Path: f.Path, Data: f.Data}
	}
	i := slices.IndexFunc(all, func(f charts.File) bool { return f.Path == "Chart.yaml" })
	var metadata struct {
		Version string `json:"version"`
	}
	if err := yaml.Unmarshal(all[i].Data, &metadata); err != nil {
		return "", nil, fmt.Errorf("chart %s: %w", name, err)
	}
	archive, err = chartstore.Pack(name, files)
	return metadata.Version, archive, err
}

// referred finds the images of a manifest of ours, which all come from Docker
// Hub where no registry replaces it.
func referred(manifest, user string) []Item {
	var items []Item
	for _, m := range marked.FindAllStringSubmatch(manifest, -1) {
		items = append(items, imageItem("docker.io/"+m[1], user))
	}
	return items
}
