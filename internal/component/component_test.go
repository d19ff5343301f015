package component_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

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
	google, identity, azure := theirs, theirs, theirs
	google.Storage.Mode, azure.Storage.Mode, identity.Storage = spec.GCS, spec.Azure, spec.Storage{Mode: spec.GCS}
	replicated := own
	replicated.Database.Mode = spec.CloudNativePG
	outside := own
	outside.Database = spec.Database{Mode: spec.External, Host: "db", Secret: "their-keys", TLS: spec.TLSVerified, CA: "their-keys"}
	for name, s := range map[string]spec.Spec{
		"in the cluster": own, "external": theirs, "gcs": google, "gcs by identity": identity, "azure": azure,
		"replicated": replicated, "a database outside": outside,
	} {
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
			for _, used := range append(find(c.Values(s), "existingSecret"), find(c.Values(s), "caSecret")...) {
				// The operator makes the authority of its own cluster.
				if used != "" && used != "postgresql-cluster-ca" && !slices.Contains(referred, used) {
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
		{spec.Dev, "1g", 1, 250, 1024 + 384},
		{spec.Dev, "512m", 2, 500, 512 + 384},
		{spec.Staging, "4g", 2, 2000, 4096 + 409}, // a tenth, rounded down as Spark does
		{spec.Prod, "3840m", 4, 4000, 3840 + 384},
	}
	for _, tt := range tests {
		s := spec.Default()
		s.Environment, s.Spark.Executor.Memory, s.Spark.Executor.Cores = tt.environment, tt.memory, tt.cores
		pod := podOf(t, s, "spark-41-executor")
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
			if want := s.Storage.Mode != spec.InCluster; open != want {
				t.Errorf("%s, %s: network policy lets pods out to addresses: %v, want %v", name, c.Name, open, want)
			}
		}
	}
}

// TestStores is how clients are told of stores other than S3.
func TestStores(t *testing.T) {
	tests := map[string]struct {
		storage spec.Storage
		store   string
		section string
	}{
		"gcs":             {spec.Storage{Mode: spec.GCS, Bucket: "lake", Secret: "key", Endpoint: "https://old"}, "map[bucket:lake existingSecret:key type:gcs]", "gcs map[keyFileKey:key.json]"},
		"gcs by identity": {spec.Storage{Mode: spec.GCS, Bucket: "lake"}, "map[bucket:lake existingSecret: type:gcs]", "gcs map[keyFileKey:key.json]"},
		"azure": {
			spec.Storage{Mode: spec.Azure, Bucket: "lake", Secret: "key", Account: "theirs"},
			"map[bucket:lake existingSecret:key type:azure]", "azure map[account:theirs accountKeyKey:account-key]",
		},
	}
	for name, tt := range tests {
		s := spec.Default()
		s.Storage = tt.storage
		for _, c := range component.Catalogue() {
			v := c.Values(s)
			if v["store"] == nil {
				continue
			}
			if got := fmt.Sprint(v["store"]); got != tt.store {
				t.Errorf("%s, %s: the store is %s, not %s", name, c.Name, got, tt.store)
			}
			section, want, _ := strings.Cut(tt.section, " ")
			if got := fmt.Sprint(v[section]); got != want || v["s3"] != nil {
				t.Errorf("%s, %s: %s is %s, not %s; s3 is %v", name, c.Name, section, got, want, v["s3"])
			}
			if c.Name == "object-store" || !strings.Contains(fmt.Sprint(v["networkPolicy"]), "storePeers:[map[ipBlock") {
				t.Errorf("%s, %s: the network policy does not let pods out: %v", name, c.Name, v["networkPolicy"])
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
		case "hive-metastore", "spark-35", "spark-41":
			if !strings.Contains(text, "bucket:lake ") {
				t.Errorf("%s has another bucket: %s", c.Name, text)
			}
		}
	}
}

// TestPools: executors go to the pools that the answers name and tolerate their taints; everything else stays off them,
// in the charts' values and in what the plan counts.
func TestPools(t *testing.T) {
	tests := map[string]struct {
		change   func(*spec.Spec)
		selector string
		taints   string
		gpus     int64
	}{
		"anywhere":     {func(*spec.Spec) {}, "map[]", "[]", 0},
		"eks":          {func(s *spec.Spec) { s.Scaling.Spot = spec.EKS }, "map[eks.amazonaws.com/capacityType:SPOT]", "[]", 0},
		"aks":          {func(s *spec.Spec) { s.Scaling.Spot = spec.AKS }, "map[kubernetes.azure.com/scalesetpriority:spot]", "[{kubernetes.azure.com/scalesetpriority Equal spot NoSchedule}]", 0},
		"gpu":          {func(s *spec.Spec) { s.GPU.Enabled = true }, "map[nvidia.com/gpu.present:true]", "[{nvidia.com/gpu Exists  NoSchedule}]", 1},
		"explain only": {func(s *spec.Spec) { s.GPU.Enabled, s.GPU.Mode = true, spec.ExplainOnly }, "map[]", "[]", 0},
		"gpu on spot": {
			func(s *spec.Spec) { s.GPU.Enabled, s.Scaling.Spot = true, spec.Karpenter },
			"map[karpenter.sh/capacity-type:spot nvidia.com/gpu.present:true]",
			"[{karpenter.sh/capacity-type Equal spot NoSchedule} {nvidia.com/gpu Exists  NoSchedule}]", 1,
		},
	}
	for name, tt := range tests {
		s := spec.Default()
		s.Spark35.Enabled = true
		tt.change(&s)
		for _, c := range component.Catalogue() {
			if c.Upstream != nil {
				continue
			}
			for _, pod := range c.Pods(s) {
				if pod.Name == "spark-35-executor" && tt.gpus > 0 {
					continue // The older line goes on without GPUs; TestOlderLineHasNoGPU looks at it.
				}
				if strings.HasSuffix(pod.Name, "-executor") {
					if got := fmt.Sprint(pod.Selector); got != tt.selector || fmt.Sprint(pod.Tolerations) != tt.taints || pod.Extended["nvidia.com/gpu"] != tt.gpus || len(pod.Avoid) > 0 {
						t.Errorf("%s: %+v", name, pod)
					}
					continue
				}
				if len(pod.Avoid) != strings.Count(tt.selector, ":") || pod.Selector != nil {
					t.Errorf("%s: %s stays off %v", name, pod.Name, pod.Avoid)
				}
			}
			if len(c.Pods(s)) == 0 {
				continue
			}
			if got := len(c.Values(s)["avoidNodes"].([]any)); got != strings.Count(tt.selector, ":") {
				t.Errorf("%s: %s stays off %d pools", name, c.Name, got)
			}
		}
	}
}

// TestPresetsSayTheSame: whoever installs a chart with Helm and a preset gets the nodes that sparkwiz would choose.
func TestPresetsSayTheSame(t *testing.T) {
	gpu, spot := spec.Default(), spec.Default()
	gpu.GPU.Enabled, gpu.Spark41.Version = true, "4.1.3"
	spot.Scaling.Spot = spec.Karpenter
	for preset, s := range map[string]spec.Spec{"gpu": gpu, "cost-optimized": spot} {
		data, err := charts.FS.ReadFile("spark-4.1/presets/values-scenario-" + preset + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := yaml.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(component.Catalogue(), func(c component.Component) bool { return c.Name == "spark-41" })
		got := component.Catalogue()[i].Values(s)
		for _, path := range []string{"image", "avoidNodes", "executor.nodeSelector", "executor.tolerations", "executor.fallbackStorage", "gpu.enabled"} {
			if w := at(want, path); w != nil && fmt.Sprint(w) != fmt.Sprint(at(got, path)) {
				t.Errorf("%s, %s: the preset says %v, sparkwiz %v", preset, path, w, at(got, path))
			}
		}
	}
}

// at is the value at a dotted path, nil if there is none.
func at(tree any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		m, _ := tree.(map[string]any)
		tree = m[key]
	}
	return tree
}

// TestOlderLineHasNoGPU: there is no image of Spark 3.5 with RAPIDS, so beside a line on GPUs it goes on as it was.
func TestOlderLineHasNoGPU(t *testing.T) {
	s := spec.Default()
	s.Spark35.Enabled, s.GPU.Enabled, s.Scaling.Spot = true, true, spec.Karpenter
	pod := podOf(t, s, "spark-35-executor")
	if len(pod.Extended) > 0 || fmt.Sprint(pod.Selector) != "map[karpenter.sh/capacity-type:spot]" {
		t.Errorf("%+v", pod)
	}
}
