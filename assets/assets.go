// Package assets is data that the binary carries: answers to begin with,
// which versions go together, the catalogue of charts that others maintain,
// and what machines cost.
package assets

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed presets/*.yaml
var presets embed.FS

// Presets are the names of the answers files to begin with, the simplest
// first.
func Presets() []string {
	return []string{"quickstart", "everything", "iceberg", "cost-optimized", "gpu", "backfill"}
}

// Preset is one of them. An unknown name is an error that lists the known ones.
func Preset(name string) ([]byte, error) {
	data, err := presets.ReadFile("presets/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no preset %q; there are %s", name, strings.Join(Presets(), ", "))
	}
	return data, nil
}

//go:embed compat.yaml
var compat []byte

// Compat is the table of versions that go together; internal/compat reads it.
func Compat() []byte { return compat }

//go:embed catalogue.yaml
var catalogue []byte

// Catalogue is the catalogue of upstream charts; package catalogue reads it.
func Catalogue() []byte { return catalogue }

//go:embed prices.yaml
var prices []byte

// Prices is what machines cost in public clouds; internal/sizing reads it.
func Prices() []byte { return prices }
