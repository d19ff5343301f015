// Package examples carries the examples that people find in their notebooks, inside the binary.
package examples

import "embed"

// FS holds them by their path below examples/, which is also their path below ~/examples in JupyterLab.
//
//go:embed notebooks/*.ipynb
var FS embed.FS
