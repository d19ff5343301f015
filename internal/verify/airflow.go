package verify

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// airflow is the claim that DAGs run: as pods that use Spark, and with data
// that is validated before it is published.
func airflow() claim {
	return claim{
		name: "airflow", title: "Airflow", when: installed("airflow"),
		image: airflowImage, user: 50000, script: "airflow.py", memory: "256Mi",
		arguments: func(plan.Plan) []string { return []string{"--url", "http://airflow-api:8080"} },
		environment: func(plan.Plan) []corev1.EnvVar {
			return []corev1.EnvVar{{Name: "AIRFLOW_PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: "airflow"}, Key: "admin-password",
			}}}}
		},
		clientOf: []string{"airflow"},
		reaches:  func(plan.Plan) []peer { return []peer{{"airflow-api", "airflow", 8080}} },
		steps:    airflowSteps,
	}
}

func airflowImage(p plan.Plan) string { return imageOf(p, "sparkwiz/airflow:3.3.2") }

func airflowSteps(p plan.Plan) []step {
	api, scheduler := "deployment/airflow-api", "deployment/airflow-scheduler"
	steps := []step{
		{name: "login", title: "Let in the administrator and nobody else", expect: 5 * time.Second, logs: api},
	}
	if !p.Spec.Iceberg.Enabled {
		return steps // The DAGs that are looked for fill Iceberg tables.
	}
	steps = append(steps, step{name: "dags", title: "Read the DAGs", expect: 5 * time.Second, logs: "deployment/airflow-dag-processor"})
	if p.Spec.Environment == spec.Prod {
		return steps // Nobody wants sample tables there.
	}
	steps = append(steps,
		step{name: "samples", title: "Load the samples with Spark", expect: 30 * time.Second, logs: scheduler},
		step{name: "pipeline", title: "Run a pipeline", expect: 60 * time.Second, logs: scheduler, slow: true})
	if p.Spec.Validation.Mode == spec.ValidateAlways {
		steps = append(steps, step{name: "refuse", title: "Refuse data that does not pass its suite", expect: 50 * time.Second, logs: scheduler, slow: true})
	}
	if r, _ := release(p, "airflow"); logsKept(r) {
		steps = append(steps, step{name: "logs", title: "Read the log of a task that is gone", expect: 2 * time.Second, logs: api})
	}
	return steps
}

// logsKept reports whether the logs of tasks go to the bucket.
func logsKept(r plan.Release) bool {
	logs, _ := r.Values["logs"].(map[string]any)
	return logs["enabled"] == true
}
