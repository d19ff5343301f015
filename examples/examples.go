// Package examples carries the examples that people find in their notebooks, inside the binary.
package examples

import "embed"

// FS holds them by their path below examples/, which is also their path below ~/examples in JupyterLab. What is for other
// machines is not among them.
//
//go:embed iceberg_*.py walkthrough.py notebooks/*.ipynb
var FS embed.FS
