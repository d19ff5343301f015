// Package mirror copies every chart and every image that a platform needs to
// a registry, or to a directory that can be carried to where there is no
// network, and from there to a registry.
package mirror

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/chartstore"
)

// The kinds of what is copied.
const (
	Chart = "chart"
	Image = "image"
)

// Item is one thing to copy.
type Item struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`              // chart, or whole reference of an image
	Version string `json:"version,omitempty"` // of a chart
	Source  string `json:"source"`            // where it comes from; "sparkwiz" for charts that it carries
	Place   string `json:"place"`             // where a mirror keeps it, below its own address
	Digest  string `json:"digest,omitempty"`  // sha256:… where it is known beforehand
	For     string `json:"for"`               // the releases that need it

	upstream chartstore.Chart // of a chart that others maintain
}

// String is the item as people know it.
func (i Item) String() string {
	if i.Kind == Chart {
		return i.Name + " " + i.Version
	}
	return i.Name
}

// step names the item in events.
func (i Item) step() string { return i.Kind + "/" + i.String() }

// imageItem is an image by its whole reference.
func imageItem(reference, user string) Item {
	tag := reference[strings.LastIndex(reference, ":")+1:]
	return Item{Kind: Image, Name: reference, Source: reference, Place: catalogue.Path(reference) + ":" + tag, For: user}
}

// merged sorts items, charts first, and names each once, with all who need it.
func merged(items []Item) []Item {
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Place, b.Place))
	})
	var all []Item
	for _, i := range items {
		last := len(all) - 1
		switch {
		case last < 0 || all[last].Place != i.Place:
			all = append(all, i)
		case !slices.Contains(strings.Split(all[last].For, ", "), i.For):
			all[last].For += ", " + i.For
		}
	}
	return all
}
