package component_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// The schedule belongs to one of them: to Airflow's DAG where there is Airflow, to the CronJob where there is none.
func TestOneSchedule(t *testing.T) {
	for name, tt := range map[string]struct {
		change           func(*spec.Spec)
		cronJob          bool
		airflow, cronFor string // schedule that each is told
	}{
		"in pipelines":           {func(s *spec.Spec) { s.Airflow.Enabled = true }, false, "always ", ""},
		"by Airflow":             {func(s *spec.Spec) { s.Airflow.Enabled, s.Validation.Mode = true, "scheduled" }, false, "scheduled 0 6 * * *", ""},
		"by the CronJob":         {func(s *spec.Spec) { s.Validation.Mode = "scheduled" }, true, "", "scheduled 0 6 * * *"},
		"without tables":         {func(s *spec.Spec) { s.Validation.Mode, s.Iceberg.Enabled = "scheduled", false }, false, "", ""},
		"Airflow without tables": {func(s *spec.Spec) { s.Airflow.Enabled, s.Validation.Mode, s.Iceberg.Enabled = true, "scheduled", false }, false, "skip ", ""},
		"without Spark 4.1":      {func(s *spec.Spec) { s.Validation.Mode, s.Spark41.Enabled, s.Spark35.Enabled = "scheduled", false, true }, false, "", ""},
	} {
		s := spec.Default()
		tt.change(&s)
		told := map[string]string{}
		for _, c := range component.Catalogue() {
			if v, ok := c.Values(s)["validation"].(map[string]any); ok && c.Installed(s) {
				told[c.Name] = fmt.Sprintf("%s %s", v["mode"], v["schedule"])
			}
		}
		_, cronJob := told["data-validation"]
		if told["airflow"] != tt.airflow || told["data-validation"] != tt.cronFor || cronJob != tt.cronJob {
			t.Errorf("%s: told %q", name, told)
		}
	}
}

// What Airflow is told of its neighbours, and whose passwords are needed.
func TestAirflow(t *testing.T) {
	outside := func(s *spec.Spec) {
		s.Storage.Mode, s.Storage.Secret, s.Storage.Endpoint = spec.External, "keys", "https://s3.example.com"
		s.Database = spec.Database{Mode: spec.External, Host: "db", Port: 6432, Secret: "db", TLS: spec.TLSVerified}
	}
	for name, tt := range map[string]struct {
		change             func(*spec.Spec)
		database, logs, is string
		secrets            []string
	}{
		"everything in the cluster": {
			func(*spec.Spec) {}, "postgresql:5432 disable", "true http://object-store:7070 spark object-store-credentials", "samples",
			[]string{"airflow", "postgresql-credentials", "object-store-credentials", "spark-connect"},
		},
		"outside": {outside, "db:6432 verify-full", "true https://s3.example.com spark keys", "samples open", []string{"airflow", "db", "keys", "spark-connect"}},
		"a store that is no S3": {
			func(s *spec.Spec) { s.Storage.Mode, s.Storage.Secret = spec.GCS, "key" }, "postgresql:5432 disable", "false", "samples",
			[]string{"airflow", "postgresql-credentials", "spark-connect"},
		},
		"no tables, no token": {
			func(s *spec.Spec) { s.Iceberg.Enabled, s.Spark.Token = false, false }, "postgresql:5432 disable",
			"true http://object-store:7070 spark object-store-credentials", "",
			[]string{"airflow", "postgresql-credentials", "object-store-credentials"},
		},
	} {
		s := spec.Default()
		s.Airflow.Enabled = true
		tt.change(&s)
		all := component.Catalogue()
		c := all[slices.IndexFunc(all, func(c component.Component) bool { return c.Name == "airflow" })]
		v := c.Values(s)
		section := func(key string) map[string]any { m, _ := v[key].(map[string]any); return m }
		db := section("database")
		if got := fmt.Sprintf("%s:%d %s", db["host"], db["port"], db["tls"].(map[string]any)["mode"]); got != tt.database || db["name"] != "airflow" {
			t.Errorf("%s: the database is %s/%s", name, got, db["name"])
		}
		logs := fmt.Sprint(section("logs")["enabled"])
		if s3 := section("s3"); s3 != nil {
			logs += fmt.Sprintf(" %s %s %s", s3["endpoint"], s3["bucket"], s3["existingSecret"])
		}
		if logs != tt.logs {
			t.Errorf("%s: logs go to %s, not to %s", name, logs, tt.logs)
		}
		is := ""
		if section("dags")["samples"] == true {
			is = "samples"
		}
		if strings.Contains(fmt.Sprint(section("networkPolicy")["storePeers"]), "0.0.0.0/0") {
			is += " open"
		}
		if is != tt.is {
			t.Errorf("%s: %q, not %q", name, is, tt.is)
		}
		var secrets []string
		for _, ref := range c.Secrets(s) {
			secrets = append(secrets, ref.Secret)
		}
		if got := slices.Compact(secrets); !slices.Equal(got, tt.secrets) {
			t.Errorf("%s: it needs %q, not %q", name, got, tt.secrets)
		}
	}
}

// The plan counts what the chart asks for.
func TestAirflowPods(t *testing.T) {
	for _, environment := range []string{spec.Dev, spec.Staging, spec.Prod} {
		s := spec.Default()
		s.Airflow.Enabled, s.Environment, s.Observability.Metrics = true, environment, spec.InstallMetrics
		for _, c := range component.Catalogue() {
			if c.Name != "airflow" {
				continue
			}
			v := c.Values(s)
			for part, pod := range map[string]string{"api": "api", "scheduler": "scheduler", "dagProcessor": "dag-processor", "triggerer": "triggerer", "workers": "worker", "metrics": "metrics"} {
				section := v[part].(map[string]any)
				p := podOf(t, s, "airflow-"+pod)
				if r := section["replicas"]; r != nil && r != p.Count {
					t.Errorf("%s, %s: %v replicas, the plan counts %d", environment, part, r, p.Count)
				}
				want := fmt.Sprintf("map[cpu:%dm memory:%dMi]", p.CPUMilli, p.Memory>>20)
				if got := fmt.Sprint(section["resources"].(map[string]any)["requests"]); got != want {
					t.Errorf("%s, %s: %s, the plan counts %s", environment, part, got, want)
				}
			}
			if tasks := v["scheduler"].(map[string]any)["parallelism"]; tasks != podOf(t, s, "airflow-worker").Count {
				t.Errorf("%s: %v tasks at a time, the plan counts %d", environment, tasks, podOf(t, s, "airflow-worker").Count)
			}
		}
	}
}
