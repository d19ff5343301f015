// Package charts carries the Helm charts of this repository inside the binary, so that an install needs no chart
// registry and always uses the charts it was tested with.
package charts

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// FS holds one directory per chart. The all: prefix keeps files whose names start with an underscore (_helpers.tpl).
//
//go:embed all:hive-metastore all:object-store all:postgresql all:spark-4.1
var FS embed.FS

// Names lists the charts in alphabetical order.
func Names() []string {
	return []string{"hive-metastore", "object-store", "postgresql", "spark-4.1"}
}

// Files returns the directory of one chart, with Chart.yaml at its root. An unknown name is an error that lists the
// known ones.
func Files(chart string) (fs.FS, error) {
	if !slices.Contains(Names(), chart) {
		return nil, fmt.Errorf("no chart %q; there are %s", chart, strings.Join(Names(), ", "))
	}
	return fs.Sub(FS, chart)
}
