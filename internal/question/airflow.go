package question

import (
	"errors"
	"regexp"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// validated reports whether there are tables that suites can be held against,
// and a Spark that the validation's client understands.
func validated(s spec.Spec) bool { return s.Iceberg.Enabled && s.Spark41.Enabled }

func airflowRows() []Question {
	return []Question{{
		Key: "airflow.enabled", Page: "airflow", Title: "Airflow",
		Help: "Installs Airflow 3. Each task is a pod that uses Spark through its Connect server, and DAGs are there for a start: " +
			"sample data, a daily pipeline that publishes only what passes its validation, backfill, maintenance of tables.",
		Field: func(s *spec.Spec) any { return &s.Airflow.Enabled },
		Check: func(s spec.Spec) error {
			if s.Airflow.Enabled && !s.Spark41.Enabled {
				return fault.New(fault.Usage, "the Spark client in Airflow's image is that of 4.1", "--set spark-41.enabled=true")
			}
			return nil
		},
	}, {
		Key: "validation.mode", Page: "validation", Title: "When data is validated", When: validated,
		Help: "A pipeline holds what it has staged against its Great Expectations suite and publishes nothing that fails. On a schedule " +
			"whole tables are validated instead, by Airflow or, without it, by a CronJob.",
		Field: func(s *spec.Spec) any { return &s.Validation.Mode },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.ValidateAlways, Label: "Always", Note: "in every pipeline"},
				{Value: spec.ValidateProduction, Label: "In production only", Note: "pipelines of dev and staging skip it"},
				{Value: spec.ValidateScheduled, Label: "On a schedule", Note: "and not in pipelines"},
				{Value: spec.ValidateNever, Label: "Never"},
			}
		},
	}, {
		Key: "validation.schedule", Page: "validation", Title: "Schedule",
		When:  func(s spec.Spec) bool { return validated(s) && s.Validation.Mode == spec.ValidateScheduled },
		Help:  "When tables are validated, as a cron line in UTC: minute, hour, day, month, weekday.",
		Field: func(s *spec.Spec) any { return &s.Validation.Schedule },
		Check: func(s spec.Spec) error {
			if err := cronLine(s.Validation.Schedule); err != nil {
				return err
			}
			if !plainCron.MatchString(s.Validation.Schedule) {
				return errors.New("want a cron line that Airflow and Kubernetes both understand, such as 0 6 * * mon-fri")
			}
			return nil
		},
	}}
}

// plainCron leaves out what only one of them knows, such as the question mark.
var plainCron = regexp.MustCompile(`^([-0-9*/,A-Za-z]+ ){4}[-0-9*/,A-Za-z]+$`)
