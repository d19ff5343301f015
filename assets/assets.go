// Package assets is data that the binary carries: answers to begin with, and
// which versions go together.
package assets

import _ "embed"

//go:embed presets/quickstart.yaml
var quickstart []byte

// Quickstart is the answers file of a first platform on the sandbox.
func Quickstart() []byte { return quickstart }

//go:embed compat.yaml
var compat []byte

// Compat is the table of versions that go together; internal/compat reads it.
func Compat() []byte { return compat }
