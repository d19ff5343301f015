// Package assets is data that the binary carries: answers to begin with, and
// the catalogue of charts that others maintain.
package assets

import _ "embed"

//go:embed presets/quickstart.yaml
var quickstart []byte

// Quickstart is the answers file of a first platform on the sandbox.
func Quickstart() []byte { return quickstart }

//go:embed catalogue.yaml
var catalogue []byte

// Catalogue is the catalogue of upstream charts; package catalogue reads it.
func Catalogue() []byte { return catalogue }
