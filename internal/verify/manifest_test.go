package verify

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/charts"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files")

// made are the objects of a claim for a plan.
func made(t *testing.T, name string, p plan.Plan) objects {
	t.Helper()
	i := slices.IndexFunc(catalogue(), func(c claim) bool { return c.name == name })
	o, err := catalogue()[i].manifests(p, "sparkwiz-verify-x")
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestManifests(t *testing.T) {
	for _, c := range catalogue() {
		golden(t, c.name, platform())
	}
	least := spec.Default()
	least.Iceberg.Enabled, least.Spark.History, least.Spark.Token = false, false, false
	least.Images.Registry, least.Environment = "mirror.local:5000/hub", spec.Prod
	p, err := plan.Make(least, facts.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	p.Name = "least"
	golden(t, "spark-41", p)
}

func golden(t *testing.T, name string, p plan.Plan) {
	t.Helper()
	o := made(t, name, p)
	for file := range o.script.Data {
		o.script.Data[file] = "…"
	}
	var got bytes.Buffer
	for _, object := range []any{o.job, o.policy, o.script} {
		data, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString("---\n")
		got.Write(data)
	}
	file := "testdata/" + p.Name + "-" + name + ".yaml"
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
}

// Kubernetes' own evaluator decides: the namespace enforces "restricted".
func TestClientIsRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for _, c := range catalogue() {
		template := made(t, c.name, platform()).job.Spec.Template
		for _, r := range evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec) {
			if !r.Allowed {
				t.Errorf("%s: %s (%s)", c.name, r.ForbiddenReason, r.ForbiddenDetail)
			}
		}
	}
}

// A step is there when what it proves is, and only then.
func TestStepsFollowTheAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*spec.Spec)
		want   string
	}{
		"everything": {func(s *spec.Spec) { s.Spark35.Enabled = true }, "spark-35: connect select iceberg time-travel evolve drop drain history, spark-41: connect token select iceberg time-travel evolve drop drain history, lines: old-client share"},
		"no tables":  {func(s *spec.Spec) { s.Iceberg.Enabled = false }, "spark-41: connect token select drain history"},
		"prod":       {func(s *spec.Spec) { s.Environment, s.Spark.Token = spec.Prod, false }, "spark-41: connect select iceberg time-travel evolve drop history"},
		"the older line alone": {func(s *spec.Spec) {
			s.Spark35.Enabled, s.Spark41.Enabled, s.Iceberg.Enabled = true, false, false
		}, "spark-35: connect select drain history"},
		"notebooks": {func(s *spec.Spec) { s.Iceberg.Enabled, s.Jupyter.Enabled = false, true }, "spark-41: connect token select drain history, jupyter: login kernel cell shutdown"},
		"pipelines": {func(s *spec.Spec) { s.Airflow.Enabled, s.Spark41.Enabled, s.Spark.History = true, true, false }, "spark-41: connect token select iceberg time-travel evolve drop drain, airflow: login dags samples pipeline refuse logs"},
		"nothing is validated": {func(s *spec.Spec) {
			s.Airflow.Enabled, s.Validation.Mode, s.Storage.Mode, s.Spark.History = true, spec.ValidateNever, spec.GCS, false
		}, "spark-41: connect token select iceberg time-travel evolve drop drain, airflow: login dags samples pipeline"},
		"pipelines without tables": {func(s *spec.Spec) { s.Airflow.Enabled, s.Iceberg.Enabled, s.Spark.History = true, false, false }, "spark-41: connect token select drain, airflow: login"},
		"pipelines in prod": {func(s *spec.Spec) {
			s.Airflow.Enabled, s.Environment, s.Spark.History = true, spec.Prod, false
		}, "spark-41: connect token select iceberg time-travel evolve drop, airflow: login dags"},
		"a schedule": {func(s *spec.Spec) { s.Validation.Mode, s.Spark.History = spec.ValidateScheduled, false }, "spark-41: connect token select iceberg time-travel evolve drop drain, data-validation: self-test"},
		"quick":      {func(s *spec.Spec) { s.Iceberg.Enabled = false }, "spark-41: connect token select history"},
		"no history": {func(s *spec.Spec) { s.Spark.History, s.Iceberg.Enabled = false, false }, "spark-41: connect token select drain"},
	} {
		s := spec.Default()
		tt.change(&s)
		p, err := plan.Make(s, facts.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range claims(p, name == "quick") {
			got = append(got, c.name+": "+strings.Join(c.stepNames(p), " "))
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, text, tt.want)
		}
	}
}

// The client runs the image that the chart runs, so that it is there already.
func TestAirflowClientRunsTheChartsImage(t *testing.T) {
	for _, chart := range []string{"airflow", "data-validation"} {
		data, err := charts.FS.ReadFile(chart + "/values.yaml")
		if err != nil {
			t.Fatal(err)
		}
		var values struct {
			Image struct{ Registry, Repository, Tag string }
		}
		if err := yaml.Unmarshal(data, &values); err != nil {
			t.Fatal(err)
		}
		if want := values.Image.Registry + "/" + values.Image.Repository + ":" + values.Image.Tag; airflowImage(platform()) != want {
			t.Errorf("the client runs %s, the chart %s runs %s", airflowImage(platform()), chart, want)
		}
	}
}
