package component_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/charts"
	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestCatalogue: what no compiler checks in the rows.
func TestCatalogue(t *testing.T) {
	var names []string
	for _, c := range component.Catalogue() {
		if c.Title == "" || slices.Contains(names, c.Name) {
			t.Errorf("%q has no title, or its name twice", c.Name)
		}
		names = append(names, c.Name)
		if c.Upstream != nil && c.Upstream.Name != c.Chart {
			t.Errorf("%s: chart %q, entry %q", c.Name, c.Chart, c.Upstream.Name)
		}
		if _, err := charts.Files(c.Chart); err != nil && c.Upstream == nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if c.Secrets == nil || c.Pods == nil || c.Values == nil {
			t.Errorf("%s: a function is missing", c.Name)
		}
	}
	for _, c := range component.Catalogue() {
		for _, need := range c.Needs {
			if !slices.Contains(names, need) {
				t.Errorf("%s needs %q, which is no component", c.Name, need)
			}
		}
	}
}

// TestSecretsByReference: a component names every Secret that its values
// mention, so that the plan makes it or asks for it; values hold names only.
func TestSecretsByReference(t *testing.T) {
	own := spec.Default()
	theirs := spec.Default()
	theirs.Storage.Mode, theirs.Storage.Secret = spec.External, "their-keys"
	for name, s := range map[string]spec.Spec{"in the cluster": own, "external": theirs} {
		for _, c := range component.Catalogue() {
			if !c.Installed(s) {
				continue
			}
			var referred []string
			for _, ref := range c.Secrets(s) {
				referred = append(referred, ref.Secret)
				if ref.Key == "" || ref.Purpose == "" {
					t.Errorf("%s, %s: reference without a key or a purpose: %+v", name, c.Name, ref)
				}
				if want := ref.Secret == "their-keys"; ref.Yours != want {
					t.Errorf("%s, %s: %s is yours: %v, want %v", name, c.Name, ref.Secret, ref.Yours, want)
				}
			}
			for _, used := range find(c.Values(s), "existingSecret") {
				if !slices.Contains(referred, used) {
					t.Errorf("%s, %s: the values name Secret %q; the references are %q", name, c.Name, used, referred)
				}
			}
		}
	}
}

// find collects the values of a key anywhere in a tree.
func find(tree any, key string) (found []string) {
	switch v := tree.(type) {
	case map[string]any:
		for k, inner := range v {
			if k == key {
				found = append(found, fmt.Sprint(inner))
			}
			found = append(found, find(inner, key)...)
		}
	case []any:
		for _, inner := range v {
			found = append(found, find(inner, key)...)
		}
	}
	return found
}

// TestExecutorSize: heap, overhead and CPU as Spark computes them.
func TestExecutorSize(t *testing.T) {
	tests := []struct {
		environment, memory string
		cores               int
		cpu, mib            int64
	}{
		{spec.Dev, "1g", 1, 400, 1024 + 384},
		{spec.Dev, "512m", 2, 800, 512 + 384},
		{spec.Staging, "4g", 2, 2000, 4096 + 409}, // a tenth, rounded down as Spark does
		{spec.Prod, "3840m", 4, 4000, 3840 + 384},
	}
	for _, tt := range tests {
		s := spec.Default()
		s.Environment, s.Spark.Executor.Memory, s.Spark.Executor.Cores = tt.environment, tt.memory, tt.cores
		pod := podOf(t, s, "executor")
		if pod.CPUMilli != tt.cpu || pod.Memory>>20 != tt.mib || pod.Count != s.Spark.Executor.Max || !pod.Elastic {
			t.Errorf("%+v: %+v", tt, pod)
		}
	}
}

func podOf(t *testing.T, s spec.Spec, name string) component.Pod {
	t.Helper()
	for _, c := range component.Catalogue() {
		for _, p := range c.Pods(s) {
			if p.Name == name {
				return p
			}
		}
	}
	t.Fatalf("no pod %s", name)
	return component.Pod{}
}

// TestS3 is how clients are told to reach the store.
func TestS3(t *testing.T) {
	tests := map[string]struct {
		change func(*spec.Storage)
		want   string
	}{
		"in the cluster": {func(*spec.Storage) {}, "http://object-store:7070 us-east-1 path:true tls:false"},
		"what was answered before does not leak in": {
			func(st *spec.Storage) { st.Endpoint, st.Region, st.Secret = "https://old", "eu-1", "old" },
			"http://object-store:7070 us-east-1 path:true tls:false",
		},
		"AWS":   {func(st *spec.Storage) { st.Mode, st.Region = spec.External, "eu-west-1" }, " eu-west-1 path:false tls:true"},
		"http":  {func(st *spec.Storage) { st.Mode, st.Endpoint, st.PathStyle = spec.External, "http://s3:9000", true }, "http://s3:9000 us-east-1 path:true tls:false"},
		"https": {func(st *spec.Storage) { st.Mode, st.Endpoint = spec.External, "https://s3.example.com" }, "https://s3.example.com us-east-1 path:false tls:true"},
	}
	for name, tt := range tests {
		s := spec.Default()
		tt.change(&s.Storage)
		for _, c := range component.Catalogue() {
			v, ok := c.Values(s)["s3"].(map[string]any)
			if !ok {
				continue
			}
			if got := fmt.Sprintf("%v %v path:%v tls:%v", v["endpoint"], v["region"], v["pathStyle"], v["sslEnabled"]); got != tt.want {
				t.Errorf("%s, %s: %q, want %q", name, c.Name, got, tt.want)
			}
			open := strings.Contains(fmt.Sprint(c.Values(s)["networkPolicy"]), "ipBlock")
			if want := s.Storage.Mode == spec.External; open != want {
				t.Errorf("%s, %s: network policy lets pods out to addresses: %v, want %v", name, c.Name, open, want)
			}
		}
	}
}

// TestBucket: the store in the cluster makes the bucket that Spark is told of.
func TestBucket(t *testing.T) {
	s := spec.Default()
	s.Storage.Bucket = "lake"
	for _, c := range component.Catalogue() {
		text := fmt.Sprint(c.Values(s))
		switch c.Name {
		case "object-store":
			if !strings.Contains(text, "buckets:[lake]") {
				t.Errorf("the bucket is not made: %s", text)
			}
		case "hive-metastore", "spark-41":
			if !strings.Contains(text, "warehouse:s3a://lake/warehouse") {
				t.Errorf("%s has another warehouse: %s", c.Name, text)
			}
		}
	}
}
