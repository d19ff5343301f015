// Package assets is data that the binary carries: answers to begin with.
package assets

import _ "embed"

//go:embed presets/quickstart.yaml
var quickstart []byte

// Quickstart is the answers file of a first platform on the sandbox.
func Quickstart() []byte { return quickstart }
