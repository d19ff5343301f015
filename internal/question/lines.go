package question

import (
	"errors"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// lineRows ask which lines of Spark there are, and their versions.
func lineRows() []Question {
	return []Question{{
		Key: "spark-41.enabled", Page: "spark", Title: "Spark 4.1",
		Help: "Installs a Connect server of Spark 4.1. Both lines may stand side by side: each has its own server and executors, " +
			"and they share tables, event logs and the History Server, so that every team moves when it is ready.",
		Field: func(s *spec.Spec) any { return &s.Spark41.Enabled },
		Check: func(s spec.Spec) error {
			if s.GPU.Enabled && !s.Spark41.Enabled {
				return fault.New(fault.Usage, "GPUs need Spark 4.1: no image of 3.5 with RAPIDS comes along", "--set gpu.enabled=false")
			}
			return nil
		},
	}, {
		Key: "spark-41.version", Page: "spark", Title: "Spark 4.1 version",
		When:  func(s spec.Spec) bool { return s.Spark41.Enabled },
		Help:  "The Connect server's version. A newer patch replaces the server in place: sessions end, event logs and tables stay.",
		Field: func(s *spec.Spec) any { return &s.Spark41.Version },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: "4.1.4", Label: "4.1.4", Note: "the newest"},
				{Value: "4.1.3", Label: "4.1.3", Note: "the newest that RAPIDS supports"},
				{Value: "4.1.0", Label: "4.1.0", Note: "the first of the line"},
			}
		},
		Check: together("spark-41.version", func(s spec.Spec) spec.Line { return s.Spark41 }),
	}, {
		Key: "spark-35.enabled", Page: "spark", Title: "Spark 3.5",
		Help:  "Installs a Connect server of Spark 3.5 as well, or instead. Its Scala is 2.12, its SQL is not ANSI by default.",
		Field: func(s *spec.Spec) any { return &s.Spark35.Enabled },
		Check: func(s spec.Spec) error {
			if !s.Spark41.Enabled && !s.Spark35.Enabled {
				return errors.New("want at least one line of Spark")
			}
			return nil
		},
	}, {
		Key: "spark-35.version", Page: "spark", Title: "Spark 3.5 version",
		When:  func(s spec.Spec) bool { return s.Spark35.Enabled },
		Help:  "The Connect server's version. Clients should have the same one.",
		Field: func(s *spec.Spec) any { return &s.Spark35.Version },
		Options: func(facts.Facts) []Option {
			return []Option{{Value: "3.5.7", Label: "3.5.7", Note: "Scala 2.12, Java 17"}}
		},
		Check: together("spark-35.version", func(s spec.Spec) spec.Line { return s.Spark35 }),
	}}
}
