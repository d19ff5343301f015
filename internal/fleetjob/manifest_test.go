package fleetjob

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files")

// platforms are those of every kind of store.
func platforms(t *testing.T) map[string]plan.Plan {
	t.Helper()
	all := map[string]plan.Plan{}
	for name, change := range map[string]func(*spec.Spec){
		"in-cluster": func(*spec.Spec) {},
		"external": func(s *spec.Spec) {
			s.Storage = spec.Storage{Mode: spec.External, Bucket: "logs", Endpoint: "https://minio.example:9443/", Region: "eu-1", PathStyle: true, Secret: "my-keys"}
			s.Images.Registry = "mirror.local:5000/hub"
		},
		"gcs":      func(s *spec.Spec) { s.Storage = spec.Storage{Mode: spec.GCS, Bucket: "logs"} },
		"gcs-keys": func(s *spec.Spec) { s.Storage = spec.Storage{Mode: spec.GCS, Bucket: "logs", Secret: "my-keys"} },
		"azure": func(s *spec.Spec) {
			s.Storage = spec.Storage{Mode: spec.Azure, Bucket: "logs", Account: "acc", Secret: "my-keys"}
		},
	} {
		s := spec.Default()
		s.Namespace = "spark"
		change(&s)
		p, err := plan.Make(s, facts.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		all[name] = p
	}
	return all
}

func options(s store) Options {
	at := s.schemes()[0] + "://logs/spark-events"
	return Options{
		Image: "sparkwiz/sparkwiz:0.1.0", Logs: at, Results: s.schemes()[0] + "://logs/_sparkwiz-fleet/spark-events",
		Settings: []string{"--cloud=gcp"}, Shards: 16, Parallel: 4,
	}
}

func TestManifests(t *testing.T) {
	for name, p := range platforms(t) {
		s, err := storeOf(p)
		if err != nil {
			t.Fatal(err)
		}
		o := options(s)
		var got bytes.Buffer
		for _, object := range []any{o.job(p, s), o.policy(p, s), o.merge(p, s)} {
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
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s is out of date: go test ./internal/fleetjob -update\n%s", file, diff)
		}
	}
}

// Kubernetes' own evaluator decides: the namespace enforces "restricted".
func TestPodsAreRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for name, p := range platforms(t) {
		s, err := storeOf(p)
		if err != nil {
			t.Fatal(err)
		}
		template := options(s).job(p, s).Spec.Template
		for _, r := range evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec) {
			if !r.Allowed {
				t.Errorf("%s: %s (%s)", name, r.ForbiddenReason, r.ForbiddenDetail)
			}
		}
	}
}

// TestSecrets: keys come from Secrets that the platform has, and nothing else
// of the pod looks like one.
func TestSecrets(t *testing.T) {
	for name, p := range platforms(t) {
		s, err := storeOf(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range options(s).pod(p, s, nil).Containers[0].Env {
			key := strings.Contains(e.Name, "KEY")
			if key != (e.ValueFrom != nil) {
				t.Errorf("%s: %s is %q", name, e.Name, e.Value)
			}
			if key && !slices.ContainsFunc(p.Secrets, func(r secret.Ref) bool {
				return r.Secret == e.ValueFrom.SecretKeyRef.Name && r.Key == e.ValueFrom.SecretKeyRef.Key
			}) {
				t.Errorf("%s: the platform has no %v", name, e.ValueFrom.SecretKeyRef)
			}
		}
	}
}

func TestPort(t *testing.T) {
	for endpoint, want := range map[string]int32{"http://x": 80, "https://x": 443, "": 443, "http://object-store:7070": 7070, "minio:9000": 9000, "minio": 80} {
		s := store{"store": map[string]any{"type": "s3"}, "s3": map[string]any{"endpoint": endpoint, "sslEnabled": false}}
		if got := s.port(); got != want {
			t.Errorf("%s: %d, want %d", endpoint, got, want)
		}
	}
	s := store{"store": map[string]any{"type": "s3"}, "s3": map[string]any{"endpoint": "minio", "sslEnabled": true}}
	if s.port() != 443 || s.endpoint() != "https://minio" {
		t.Errorf("%s %d", s.endpoint(), s.port())
	}
}

// TestAddresses: the pods have the keys of one store.
func TestAddresses(t *testing.T) {
	p := platforms(t)["in-cluster"]
	s, err := storeOf(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*Options){func(o *Options) { o.Logs = "gs://logs/x" }, func(o *Options) { o.Results = "/tmp/x" }} {
		o := options(s)
		change(&o)
		if err := o.check(s); fault.KindOf(err) != fault.Usage || fault.Hints(err)[0] != "sparkwiz size --fleet s3a://spark/spark-events" {
			t.Errorf("%v %q", err, fault.Hints(err))
		}
	}
	o := options(s)
	o.Logs = "s3://logs/x"
	if err := o.check(s); err != nil {
		t.Error(err)
	}
	if _, err := storeOf(plan.Plan{}); fault.KindOf(err) != fault.Usage {
		t.Error(err)
	}
}

// TestName: another question is another Job; more shards are not.
func TestName(t *testing.T) {
	base := options(store{})
	same := base
	same.Shards, same.Parallel, same.Keep = 99, 98, true
	if base.name() != same.name() {
		t.Error("the number of shards is in the name: asking again would begin a second survey")
	}
	names := map[string]bool{base.name(): true}
	for _, change := range []func(*Options){
		func(o *Options) { o.Image = "x" }, func(o *Options) { o.Logs = "x" }, func(o *Options) { o.Results = "x" }, func(o *Options) { o.Settings = nil },
	} {
		o := base
		change(&o)
		names[o.name()] = true
	}
	if len(names) != 5 {
		t.Error(names)
	}
}
