package question

import (
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func optionalRows() []Question {
	return []Question{{
		Key: "iceberg.enabled", Page: "iceberg", Title: "Iceberg tables", Required: true,
		Help: "Installs a Hive Metastore, which needs a database, and adds the catalog 'lake' to Spark. Without it Spark reads and " +
			"writes plain files only.",
		Field: func(s *spec.Spec) any { return &s.Iceberg.Enabled },
	}}
}

// lastRows come after everything that needs a database.
func lastRows() []Question {
	return append(observabilityRows(), Question{
		Key: "dr.enabled", Page: "dr", Title: "Nightly backups", Required: true,
		Help:  "Dumps the databases to the object store every night and checks that they can be restored.",
		Field: func(s *spec.Spec) any { return &s.DR.Enabled },
		Options: func(facts.Facts) []Option {
			return []Option{{Value: "false", Label: "No"}, absent("true", "Yes", "dr.enabled=false")}
		},
	})
}

func absent(value, label, instead string) Option {
	return Option{Value: value, Label: label, Absent: notYet, Hint: "--set " + instead}
}
