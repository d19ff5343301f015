package sizing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Profile says how much of the data set a job reads.
type Profile string

// The profiles.
const (
	ETL Profile = "etl" // all of it
	SQL Profile = "sql" // what one query on columnar tables needs
)

// Workload is a job that nobody has run yet.
type Workload struct {
	DatasetBytes    int64    `json:"datasetBytes"`
	Transformations []string `json:"transformations"` // in the order in which the job applies them; see Operators
	TargetSeconds   float64  `json:"targetSeconds"`   // 0: none, the answer is for the shape that is given
	Profile         Profile  `json:"profile"`
	ScannedFraction float64  `json:"scannedFraction,omitempty"` // of the data set, 0 to 1; 0: the profile says
	OutputRatio     float64  `json:"outputRatio,omitempty"`     // bytes written for each byte that the last step has; 0: 1
	Utilisation     float64  `json:"utilisation"`               // share of the task slots' time in which a task runs; 0: DefaultUtilisation
	ExecutorCores   int      `json:"executorCores"`             // 0: DefaultCores
	Executors       int      `json:"executors,omitempty"`       // 0: as many as the target needs; else what would happen with them
	MaxExecutors    int      `json:"maxExecutors,omitempty"`    // 0: no limit
	PySpark         bool     `json:"pyspark,omitempty"`         // Python workers need memory beside the heap
}

// What is taken when nobody says.
const (
	DefaultCores = 4
	// DefaultUtilisation is a good day: real logs had 42 to 86 % in their jobs.
	DefaultUtilisation = 0.85
	maxCores           = 64
	mostExecutors      = 10000
)

// filled is the workload with its defaults.
func (w Workload) filled() Workload {
	if w.Profile == "" {
		w.Profile = ETL
	}
	if w.Utilisation == 0 {
		w.Utilisation = DefaultUtilisation
	}
	if w.ExecutorCores == 0 {
		w.ExecutorCores = DefaultCores
	}
	return w
}

// Validate reports everything that is wrong with a workload, each with the
// name of the flag.
func (w Workload) Validate() error {
	w = w.filled()
	var faults []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(w.DatasetBytes <= 0, "dataset-size: want the size of the data, such as 1TB")
	wrong(w.TargetSeconds <= 0 && w.Executors == 0, "target-duration: want how long the job may take, such as 15m, or --executors for a prediction")
	wrong(w.Profile != ETL && w.Profile != SQL, "profile: %q is not one of etl, sql", w.Profile)
	wrong(w.ScannedFraction < 0 || w.ScannedFraction > 1, "scanned-fraction: want more than 0, and 1 at most")
	wrong(w.OutputRatio < 0 || w.OutputRatio > 100, "output-ratio: want more than 0, and 100 at most")
	wrong(w.Utilisation < 0.05 || w.Utilisation > 1, "utilisation: want 0.05 to 1")
	wrong(w.ExecutorCores < 1 || w.ExecutorCores > maxCores, "executor-cores: want 1 to %d", maxCores)
	wrong(w.Executors < 0 || w.Executors > mostExecutors, "executors: want 1 to %d", mostExecutors)
	wrong(w.MaxExecutors < 0 || w.MaxExecutors > mostExecutors, "max-executors: want 1 to %d", mostExecutors)
	if _, err := steps(w); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// ParseTransformations reads a list such as join,aggregate. Unknown names are
// reported together.
func ParseTransformations(text string) ([]string, error) {
	var names, unknown []string
	for part := range strings.SplitSeq(text, ",") {
		name := strings.ToLower(strings.TrimSpace(part))
		switch {
		case name == "":
		case slices.Contains(Operators(), name):
			names = append(names, name)
		default:
			unknown = append(unknown, fmt.Sprintf("%q", name))
		}
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("transformations: %s: want some of %s", strings.Join(unknown, ", "), strings.Join(Operators(), ", "))
	}
	return names, nil
}
