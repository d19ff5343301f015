package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func makePlan(t testing.TB, s spec.Spec, f facts.Facts) plan.Plan {
	t.Helper()
	p, err := plan.Make(s, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// platforms are all combinations of the answers that decide what is installed.
func platforms() map[string]spec.Spec {
	all := map[string]spec.Spec{}
	for _, environment := range []string{spec.Dev, spec.Staging, spec.Prod} {
		for _, storage := range []string{spec.InCluster, spec.External} {
			for bits := range 4 {
				s := spec.Default()
				s.Environment, s.Storage.Mode, s.Storage.Secret = environment, storage, "their-keys"
				s.Iceberg.Enabled, s.Spark.History = bits&1 > 0, bits&2 > 0
				name := environment + " " + storage
				if s.Iceberg.Enabled {
					name += " iceberg"
				}
				if s.Spark.History {
					name += " history"
				}
				all[name] = s
			}
		}
	}
	return all
}

func TestReleases(t *testing.T) {
	tests := map[string]string{ // release(needs)
		"dev in-cluster":                "default-deny object-store spark-41(object-store)",
		"dev in-cluster iceberg":        "default-deny postgresql object-store hive-metastore(postgresql,object-store) spark-41(object-store,hive-metastore)",
		"dev external":                  "default-deny spark-41",
		"dev external iceberg":          "default-deny postgresql hive-metastore(postgresql) spark-41(hive-metastore)",
		"staging external iceberg":      "default-deny postgresql hive-metastore(postgresql) spark-41(hive-metastore)",
		"prod external iceberg history": "default-deny postgresql hive-metastore(postgresql) spark-41(hive-metastore)",
	}
	for name, want := range tests {
		var got []string
		for _, r := range makePlan(t, platforms()[name], facts.Facts{}).Releases {
			text := r.Name
			if len(r.Needs) > 0 {
				text += "(" + strings.Join(r.Needs, ",") + ")"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, " "), want)
		}
	}
}

// TestNeedsComeFirst holds for every platform that can be answered.
func TestNeedsComeFirst(t *testing.T) {
	for name, s := range platforms() {
		var before []string
		for _, r := range makePlan(t, s, facts.Facts{}).Releases {
			for _, need := range r.Needs {
				if !slices.Contains(before, need) {
					t.Errorf("%s: %s comes before %s, which it needs", name, r.Name, need)
				}
			}
			if r.Namespace != s.Namespace {
				t.Errorf("%s: %s is in namespace %q", name, r.Name, r.Namespace)
			}
			before = append(before, r.Name)
		}
	}
}

func TestSecrets(t *testing.T) {
	tests := map[string]string{
		"dev in-cluster":         "object-store-credentials/access-key object-store-credentials/secret-key spark-connect/token",
		"dev in-cluster iceberg": "postgresql-credentials/postgres-password postgresql-credentials/metastore-password object-store-credentials/access-key object-store-credentials/secret-key spark-connect/token",
		"dev external":           "their-keys/access-key(yours) their-keys/secret-key(yours) spark-connect/token",
	}
	for name, want := range tests {
		var got []string
		for _, ref := range makePlan(t, platforms()[name], facts.Facts{}).Secrets {
			text := ref.Secret + "/" + ref.Key
			if ref.Yours {
				text += "(yours)"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, " "), want)
		}
	}
}

// TestID: an answer changes the ID if and only if it changes what would be
// installed. Every question is answered otherwise, on platforms of
// every kind.
func TestID(t *testing.T) {
	noEffect := map[string]bool{ // whatever else they are answered; the parts behind them are not built yet
		"images.load":  true, // says how images come to the nodes, not what is installed
		"secrets.file": true, "secrets.scope": true, "gpu.devicePlugin": true, "dr.enabled": true,
		// Only the cost depends on these.
		"workload.runsPerDay": true, "workload.cloud": true, "workload.instance": true,
	}
	tests := map[string]spec.Spec{}
	for _, name := range []string{"dev in-cluster iceberg history", "dev external"} {
		tests[name] = platforms()[name]
	}
	sized := platforms()["dev external"]
	sized.Workload.DatasetSize, sized.Workload.Transformations = "1TB", "join,write"
	tests["sized for a workload"] = sized
	theirs, replicated := platforms()["prod external iceberg"], platforms()["prod external iceberg"]
	theirs.Storage.Mode, theirs.Database = spec.Azure, spec.Database{Mode: spec.External, Host: "db", Port: 5432, Secret: "db", TLS: spec.TLSVerified}
	replicated.Storage.Mode, replicated.Database.Mode = spec.GCS, spec.CloudNativePG
	pipelines, scheduled := platforms()["dev in-cluster iceberg history"], platforms()["dev in-cluster iceberg history"]
	pipelines.Airflow.Enabled, scheduled.Validation.Mode = true, spec.ValidateScheduled
	tests["pipelines"], tests["validated on a schedule"] = pipelines, scheduled
	traced := pipelines
	traced.Observability.Traces, traced.Observability.TraceEndpoint, traced.Observability.TraceSecret = spec.ExistingTraces, "grpc://collector:4317", "headers"
	tests["traced"] = traced
	tests["azure and a database outside"], tests["gcs and a replicated database"] = theirs, replicated
	tests["secrets from Vault"], tests["secrets from Azure"] = platforms()["dev in-cluster iceberg"], platforms()["prod external iceberg"]
	outside := platforms()["dev external"]
	outside.Secrets.Provider, outside.Secrets.Store = spec.IBM, "company"
	outside.Secrets.Project = "group"
	tests["secrets from somebody's store"] = outside
	for name, provider := range map[string]string{"secrets from Vault": spec.Vault, "secrets from Azure": spec.AzureVault} {
		s := tests[name]
		s.Secrets.Provider, s.Secrets.Address, s.Secrets.Tenant = provider, "https://secrets.example.com", someID
		s.Secrets.Identity, s.Secrets.Secret = "them", "their-keys"
		tests[name] = s
	}
	for name, s := range tests {
		base := makePlan(t, s, facts.Facts{})
		if again := makePlan(t, s, facts.Facts{}); again.ID != base.ID || len(base.ID) != 16 {
			t.Errorf("%s: the ID is not stable: %q, %q", name, base.ID, again.ID)
		}
		if looked := makePlan(t, s, facts.Facts{Known: true}); looked.ID != base.ID {
			t.Errorf("%s: the ID depends on what the cluster looks like", name)
		}
		for _, q := range question.Rows() {
			other := s
			if err := q.Put(&other, another(q, s)); err != nil {
				t.Fatal(err)
			}
			p := makePlan(t, other, facts.Facts{})
			if want := q.Asked(s) && !noEffect[q.Key]; (p.ID != base.ID) != want {
				t.Errorf("%s, %s=%s: changed the ID: %v, want %v", name, q.Key, q.Text(other), p.ID != base.ID, want)
			}
			if changed := installed(t, p) != installed(t, base); changed != (p.ID != base.ID) {
				t.Errorf("%s, %s=%s: changed what is installed: %v, the ID: %v", name, q.Key, q.Text(other), changed, p.ID != base.ID)
			}
		}
	}
}

func another(q question.Question, s spec.Spec) string {
	switch now := q.Text(s); {
	case q.Key == "storage.mode" && now == spec.InCluster:
		return spec.External
	case q.Key == "storage.mode":
		return spec.InCluster
	case q.Key == "observability.traces":
		return spec.InstallTraces
	case q.Key == "observability.traceEndpoint":
		return "https://otlp.example.com"
	case now == "true":
		return "false"
	case now == "false":
		return "true"
	case q.Key == "database.mode" && now == spec.InCluster:
		return spec.CloudNativePG
	case q.Key == "database.mode":
		return spec.InCluster
	case q.Key == "secrets.provider" && now == spec.Generated:
		return spec.AWS
	case q.Key == "secrets.provider":
		return spec.Generated
	case q.Key == "secrets.auth" && now == spec.Identity:
		return spec.Static
	case q.Key == "secrets.auth":
		return spec.Identity
	case q.Key == "secrets.address":
		return "https://other.example.com"
	case q.Key == "secrets.refresh":
		return "2h"
	case q.Key == "secrets.storeKind":
		return "ClusterSecretStore"
	case q.Key == "storage.size", q.Key == "database.size":
		return "11Gi"
	case q.Key == "database.port", q.Key == "database.instances":
		return "5"
	case q.Key == "database.tls":
		return spec.TLSRequire
	case q.Key == "validation.mode" && now != spec.ValidateScheduled: // the one that matters without pipelines, too
		return spec.ValidateScheduled
	case q.Key == "storage.account":
		return "other1"
	case q.Key == "spark.executor.memory", q.Key == "spark.driver.memory":
		return "3g"
	case q.Key == "workload.datasetSize":
		return "2TB"
	case q.Key == "workload.transformations":
		return "join,aggregate,sort,write"
	case q.Key == "workload.target":
		return "1h"
	case q.Key == "workload.profile":
		return "sql"
	case q.Key == "workload.scannedFraction", q.Key == "workload.outputRatio", q.Key == "workload.utilisation":
		return "0.3"
	case q.Key == "workload.executorCores":
		return "2"
	case q.Key == "workload.maxExecutors", q.Key == "workload.runsPerDay":
		return "5"
	case q.Key == "workload.cloud":
		return spec.GoogleCloud
	case q.Key == "workload.instance":
		return "r6i.xlarge"
	case q.Key == "environment" && now == spec.Prod:
		return spec.Dev
	case q.Key == "environment":
		return spec.Prod
	case strings.HasPrefix(q.Key, "spark.executor."):
		return "5"
	default:
		return "other"
	}
}

// installed is the plan without what only describes it.
func installed(t *testing.T, p plan.Plan) string {
	t.Helper()
	p.ID, p.Warnings, p.Spec, p.Cost, p.Sizing = "", nil, spec.Spec{}, nil, nil
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestJSON: a plan that was kept can be read back.
func TestJSON(t *testing.T) {
	p := makePlan(t, spec.Default(), facts.Facts{Known: true})
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var again plan.Plan
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), string(second)); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkPlan(b *testing.B) {
	s, f := spec.Default(), oneNode(4000, 8)
	for b.Loop() {
		if _, err := plan.Make(s, f); err != nil {
			b.Fatal(err)
		}
	}
}
