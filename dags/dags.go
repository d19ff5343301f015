// Package dags carries the DAGs, what they import, and the suites of expectations inside the binary.
package dags

import "embed"

// FS holds them by their path below dags/, which is also their path below /opt/airflow/dags in a pod.
//
//go:embed .airflowignore *.py lakehouse/*.py expectations/*.json
var FS embed.FS
