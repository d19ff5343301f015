package verify

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"

	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

var update = flag.Bool("update", false, "write the golden files")

func TestManifests(t *testing.T) {
	for name, change := range map[string]func(*plan.Plan){
		"full": func(*plan.Plan) {},
		"least": func(p *plan.Plan) {
			p.Spec.Iceberg.Enabled, p.Spec.Spark.History = false, false
			p.Spec.Images.Registry = "mirror.local:5000/hub"
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := platform()
			change(&p)
			o := manifests(p, "sparkwiz-verify-x")
			o.script.Data = map[string]string{"proof.py": "…"}
			var got bytes.Buffer
			for _, object := range []any{o.job, o.policy, o.script} {
				data, err := yaml.Marshal(object)
				if err != nil {
					t.Fatal(err)
				}
				got.WriteString("---\n")
				got.Write(data)
			}
			file := "testdata/" + name + ".yaml"
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s is out of date: go test ./internal/verify -update\n%s", file, got.String())
			}
		})
	}
}

// Kubernetes' own evaluator decides: the namespace enforces "restricted".
func TestClientIsRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	template := manifests(platform(), "x").job.Spec.Template
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for _, r := range evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec) {
		if !r.Allowed {
			t.Errorf("%s (%s)", r.ForbiddenReason, r.ForbiddenDetail)
		}
	}
}

func TestStepsFollowTheAnswers(t *testing.T) {
	p := platform()
	p.Spec.Iceberg.Enabled = false
	var names []string
	for _, s := range steps(p) {
		names = append(names, s.name)
	}
	if want := []string{"client", "connect", "select", "history"}; !slices.Equal(names, want) {
		t.Errorf("%v, not %v", names, want)
	}
}
