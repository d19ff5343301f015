package component

import (
	"maps"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// dataValidation validates tables on a schedule where there is no Airflow,
// whose DAG of that name does it otherwise.
func dataValidation() Component {
	pod := func(s spec.Spec) Pod {
		p := airflowTask(s)
		p.Name, p.Count = "data-validation", 1
		return p
	}
	return Component{
		Name: "data-validation", Title: "Data validation", Chart: "data-validation",
		When: func(s spec.Spec) bool {
			return s.Validation.Mode == spec.ValidateScheduled && s.Iceberg.Enabled && s.Spark41.Enabled && !s.Airflow.Enabled
		},
		Needs: []string{"spark-41"},
		Secrets: func(s spec.Spec) []secret.Ref {
			if s.Spark.Token {
				return []secret.Ref{connectToken()}
			}
			return nil
		},
		Pods:  func(s spec.Spec) []Pod { return []Pod{pod(s)} },
		Flows: validationFlows,
		Values: func(s spec.Spec) map[string]any {
			v := map[string]any{"imageRegistry": s.Images.Registry, "resources": roomy(pod(s))}
			maps.Copy(v, sparkClient(s))
			return v
		},
	}
}
