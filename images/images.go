// Package images carries the sources of the container images inside the binary, so that whoever has sparkwiz can build
// every image that it installs. The stand-ins are a module of their own and stay out: they are for tests only, and without
// them the official images are pulled.
package images

import (
	"embed"
	"fmt"

	"sigs.k8s.io/yaml"
)

// FS holds what build.sh needs, in its place.
//
//go:embed images.yaml build.sh builder.sh
//go:embed all:airflow all:base all:fetch all:hive-metastore all:jupyter all:spark all:sparkwiz all:training
var FS embed.FS

// Image is one image of images.yaml, which says what the fields mean.
type Image struct {
	Name      string `json:"name"`
	Reference string `json:"reference"`
	Source    string `json:"source"`
	Charts    string `json:"charts"` // their names, separated by spaces
	User      string `json:"user"`   // UID:GID
	Default   bool   `json:"default"`
	Program   bool   `json:"program,omitempty"` // whether this program itself goes into it
	Seconds   int    `json:"seconds"`
}

// Ours and Official are the two sources of an image: built by us, or published by whoever makes the software.
const (
	Ours     = "ours"
	Official = "official"
)

// All lists every image in the order of images.yaml.
func All() ([]Image, error) {
	data, err := FS.ReadFile("images.yaml")
	if err != nil {
		return nil, err
	}
	var list struct {
		Images []Image `json:"images"`
	}
	if err := yaml.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("images.yaml: %w", err)
	}
	return list.Images, nil
}
