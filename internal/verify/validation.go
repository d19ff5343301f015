package verify

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// dataValidation is the claim of a platform without Airflow, where a CronJob
// validates: its own files find what is broken in sample data.
func dataValidation() claim {
	const files = "data-validation-dags"
	return claim{
		name: "data-validation", title: "Data validation", memory: "1Gi",
		when: func(p plan.Plan) bool {
			return installed("data-validation")(p) && p.Spec.Environment != spec.Prod // Nobody wants sample tables there.
		},
		image: airflowImage, user: 50000, script: "validation.py",
		mounts: []mount{
			{configMap: files, key: "validate.py", at: "/validation/validate.py"},
			{configMap: files + "-lakehouse", at: "/validation/lakehouse"},
			{configMap: files + "-expectations", at: "/validation/expectations"},
		},
		arguments: func(plan.Plan) []string {
			return []string{"--program", "/validation/validate.py", "--remote", remote("spark-41")}
		},
		environment: func(p plan.Plan) []corev1.EnvVar { return tokenOf(p, "spark-41") },
		clientOf:    []string{"connect"},
		reaches:     func(plan.Plan) []peer { return []peer{{"spark-connect", "spark-41", 15002}} },
		steps: func(plan.Plan) []step {
			return []step{{name: "self-test", title: "Tell good data from bad", expect: 90 * time.Second, logs: "deployment/spark-41-connect"}}
		},
	}
}
