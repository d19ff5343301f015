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
	return []Question{{
		Key: "observability.mode", Page: "observability", Title: "Observability", Required: true,
		Help:  "Spark exposes its metrics in any case; this decides who collects them.",
		Field: func(s *spec.Spec) any { return &s.Observability.Mode },
		Options: func(f facts.Facts) []Option {
			existing := absent("existing", "Use the Prometheus that is here", "observability.mode=off")
			if f.Serves("monitoring.coreos.com/v1") {
				existing.Note = "the Prometheus operator was found"
			}
			return []Option{{Value: "off", Label: "Off"}, existing, absent("install", "Install Prometheus, Grafana and Tempo", "observability.mode=off")}
		},
	}, {
		Key: "dr.enabled", Page: "dr", Title: "Nightly backups", Required: true,
		Help:  "Dumps the databases to the object store every night and checks that they can be restored.",
		Field: func(s *spec.Spec) any { return &s.DR.Enabled },
		Options: func(facts.Facts) []Option {
			return []Option{{Value: "false", Label: "No"}, absent("true", "Yes", "dr.enabled=false")}
		},
	}}
}

func absent(value, label, instead string) Option {
	return Option{Value: value, Label: label, Absent: notYet, Hint: "--set " + instead}
}
