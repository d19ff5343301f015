package plan_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const gib = int64(1) << 30

func node(cpuMilli, memoryGiB int64) facts.Node {
	return facts.Node{Name: "n", Ready: true, Allocatable: facts.Resources{CPUMilli: cpuMilli, Memory: memoryGiB * gib}}
}

func oneNode(cpuMilli, memoryGiB int64) facts.Facts {
	return facts.Facts{Known: true, Nodes: []facts.Node{node(cpuMilli, memoryGiB)}, StorageClasses: []facts.StorageClass{{Name: "standard", Default: true}}}
}

// TestWarnings: the platform of the defaults asks for 1.06 CPU and 6.19 Gi, of
// which two executors take 0.25 CPU and 1.38 Gi each.
func TestWarnings(t *testing.T) {
	tests := map[string]struct {
		facts  facts.Facts
		change func(*facts.Facts, *spec.Spec)
		want   []string // blocking ones begin with "!"
	}{
		"nobody looked":      {facts: facts.Facts{}},
		"fits":               {facts: oneNode(4000, 8)},
		"fits exactly":       {facts: oneNode(1060, 7)},
		"one milli short":    {facts: oneNode(1059, 7), want: []string{"only 1 of 2 spark-41-executor pods fit at the same time; the rest would wait"}},
		"no room at all":     {facts: oneNode(350, 8), want: []string{"!the platform does not fit: it asks for 1.06 CPU and 6.19 Gi, the nodes have 0.35 CPU and 8 Gi free; no room is left for hive-metastore, postgresql, object-store, spark-41-executor"}},
		"servers go first":   {facts: oneNode(4000, 8), change: func(_ *facts.Facts, s *spec.Spec) { s.Spark.Executor.Memory, s.Spark.Executor.Max = "2g", 9 }, want: []string{"only 1 of 9 spark-41-executor pods fit at the same time; the rest would wait"}},
		"executor too large": {facts: oneNode(4000, 8), change: func(_ *facts.Facts, s *spec.Spec) { s.Spark.Executor.Memory = "60000m" }, want: []string{"!no node has room for spark-41-executor: it asks for 0.25 CPU and 64.5 Gi; the largest free node has 4 CPU and 8 Gi"}},
		"two small nodes":    {facts: oneNode(1000, 4), change: func(f *facts.Facts, _ *spec.Spec) { f.Nodes = append(f.Nodes, node(1000, 4)) }},
		"no class":           {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) { f.StorageClasses = nil }, want: []string{"!the cluster has no StorageClass, so volumes would stay pending"}},
		"no default class":   {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) { f.StorageClasses[0].Default = false }, want: []string{"!the cluster has no default StorageClass, so volumes would stay pending"}},
		"class chosen":       {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) { f.StorageClasses[0].Default = false; s.Storage.Class = "standard" }},
		"unknown class":      {facts: oneNode(4000, 8), change: func(_ *facts.Facts, s *spec.Spec) { s.Storage.Class = "gp9" }, want: []string{`!there is no StorageClass "gp9"`}},
		"no volumes, no class": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			f.StorageClasses, s.Storage.Mode, s.Iceberg.Enabled = nil, spec.External, false
		}},
		"only tainted nodes": {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) {
			f.Nodes[0].Taints = []facts.Taint{{Key: "spot", Effect: "NoSchedule"}}
		}, want: []string{"!no node takes ordinary pods: all are tainted, cordoned or not ready"}},
		"preferably not": {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) {
			f.Nodes[0].Taints = []facts.Taint{{Key: "spot", Effect: "PreferNoSchedule"}}
		}},
		"cordoned":      {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) { f.Nodes[0].Unschedulable = true }, want: []string{"!no node takes ordinary pods: all are tainted, cordoned or not ready"}},
		"not ready":     {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) { f.Nodes[0].Ready = false }, want: []string{"!no node takes ordinary pods: all are tainted, cordoned or not ready"}},
		"no nodes":      {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) { f.Nodes = nil }, want: []string{"!no node takes ordinary pods: all are tainted, cordoned or not ready"}},
		"unknown nodes": {facts: oneNode(100, 1), change: func(f *facts.Facts, _ *spec.Spec) { f.Unknown = map[string]string{"nodes": "forbidden"} }, want: []string{"whether the platform fits is unknown: nodes could not be listed (forbidden)"}},
		"unknown pods":  {facts: oneNode(100, 1), change: func(f *facts.Facts, _ *spec.Spec) { f.Unknown = map[string]string{"pods": ""} }, want: []string{"whether the platform fits is unknown: pods could not be listed ()"}},
		"unknown classes": {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) {
			f.StorageClasses, f.Unknown = nil, map[string]string{"storageClasses": "forbidden"}
		}, want: []string{"whether the platform fits is unknown: storageClasses could not be listed (forbidden)"}},
		"full of others": {facts: oneNode(4000, 8), change: func(f *facts.Facts, _ *spec.Spec) {
			f.Nodes[0].Requested = facts.Resources{CPUMilli: 4000, Memory: 8 * gib}
		}, want: []string{
			"!no node has room for spark-41-connect: it asks for 0.26 CPU and 1.56 Gi; the largest free node has 0 CPU and 0 Mi",
			"!no node has room for hive-metastore", "!no node has room for spark-history", "!no node has room for postgresql", "!no node has room for object-store", "!no node has room for spark-41-executor",
		}},
		"a pool of spot nodes": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			s.Scaling.Spot = spec.AKS
			pool := node(2000, 8)
			pool.Labels = map[string]string{"kubernetes.azure.com/scalesetpriority": "spot"}
			pool.Taints = []facts.Taint{{Key: "kubernetes.azure.com/scalesetpriority", Value: "spot", Effect: "NoSchedule"}}
			f.Nodes = append(f.Nodes, pool)
		}},
		"no pool": {
			facts: oneNode(4000, 8), change: func(_ *facts.Facts, s *spec.Spec) { s.Scaling.Spot = spec.EKS },
			want: []string{"no node here is one that spark-41-executor may run on: eks.amazonaws.com/capacityType=SPOT; they stay pending until one comes"},
		},
		"the pool is all there is": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			s.Scaling.Spot = spec.EKS
			f.Nodes[0].Labels = map[string]string{"eks.amazonaws.com/capacityType": "SPOT"}
		}, want: []string{
			"!no node here is one that spark-41-connect may run on: eks.amazonaws.com/capacityType not SPOT; they stay pending until one comes",
			"!no node here is one that hive-metastore may run on", "!no node here is one that spark-history may run on",
			"!no node here is one that postgresql may run on", "!no node here is one that object-store may run on",
		}},
		"too few GPUs": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			s.GPU.Enabled = true
			pool := node(8000, 64)
			pool.Labels = map[string]string{"nvidia.com/gpu.present": "true"}
			pool.Allocatable.Extended = map[string]int64{"nvidia.com/gpu": 1}
			f.Nodes = append(f.Nodes, pool)
		}, want: []string{"only 1 of 2 spark-41-executor pods fit at the same time; the rest would wait"}},
		"GPU nodes without their plugin": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			s.GPU.Enabled = true
			pool := node(8000, 64)
			pool.Labels = map[string]string{"nvidia.com/gpu.present": "true"}
			f.Nodes = append(f.Nodes, pool)
		}, want: []string{"no node has 1 nvidia.com/gpu for spark-41-executor; the most that one has is 0"}},
		"pods of others in a namespace that was handed over": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			f.Namespaces = []facts.Namespace{{Name: s.Namespace, Labels: map[string]string{facts.PlatformLabel: s.Name}}}
			f.Nodes[0].ByNamespace = map[string]facts.Resources{s.Namespace: {Pods: 2}}
		}, want: []string{"2 pods run in the namespace spark, which was handed over; those that are not sparkwiz's will be cut off from the network"}},
		"pods in a namespace of our own": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			f.Namespaces = []facts.Namespace{{Name: s.Namespace, Labels: map[string]string{facts.PlatformLabel: s.Name, "app.kubernetes.io/managed-by": "sparkwiz"}}}
			f.Nodes[0].ByNamespace = map[string]facts.Resources{s.Namespace: {Pods: 2}}
		}},
		"full of ourselves": {facts: oneNode(4000, 8), change: func(f *facts.Facts, s *spec.Spec) {
			f.Nodes[0].Requested = facts.Resources{CPUMilli: 4000, Memory: 8 * gib}
			f.Nodes[0].ByNamespace = map[string]facts.Resources{s.Namespace: {CPUMilli: 4000, Memory: 8 * gib}}
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := spec.Default()
			if tt.change != nil {
				tt.change(&tt.facts, &s)
			}
			p := makePlan(t, s, tt.facts)
			blocked := 0
			for i, w := range p.Warnings {
				text := w.What
				if w.Blocks {
					text, blocked = "!"+text, blocked+1
				}
				if i >= len(tt.want) || !strings.HasPrefix(text, tt.want[i]) {
					t.Errorf("warning %d: %s", i, text)
				}
				if w.Blocks && w.Hint == "" {
					t.Errorf("%s: no hint", w.What)
				}
			}
			if len(p.Warnings) != len(tt.want) || len(p.Blocked()) != blocked {
				t.Errorf("%d warnings, %d block; want %q", len(p.Warnings), len(p.Blocked()), tt.want)
			}
		})
	}
}

// TestFewerHint: pasting the hint leads to a plan that fits.
func TestFewerHint(t *testing.T) {
	a := question.NewAnswers(spec.Default(), nil, question.FromDefault)
	if err := a.SetPairs([]string{"cluster.context=here", "spark.executor.min=4", "spark.executor.max=8"}); err != nil {
		t.Fatal(err)
	}
	f := oneNode(1310, 16) // room for three executors
	w := makePlan(t, a.Spec, f).Warnings
	if len(w) != 1 || w[0].Hint != "--set spark.executor.min=3 --set spark.executor.max=3" {
		t.Fatalf("warnings %+v", w)
	}
	for flag := range strings.SplitSeq(w[0].Hint, "--set ") {
		if flag = strings.TrimSpace(flag); flag == "" {
			continue
		}
		if err := a.SetPairs([]string{flag}); err != nil {
			t.Fatal(err)
		}
	}
	if err := question.Validate(a.Spec, f); err != nil {
		t.Error(err)
	}
	if w := makePlan(t, a.Spec, f).Warnings; len(w) > 0 {
		t.Errorf("it still does not fit: %+v", w)
	}
}

func TestUnits(t *testing.T) {
	cores := map[int64]string{0: "0", 50: "0.05", 1500: "1.5", 2000: "2", 12345: "12.3", 123456: "123", 1_000_000: "1000"}
	for milli, want := range cores {
		if got := plan.Cores(milli); got != want {
			t.Errorf("%d: %s, want %s", milli, got, want)
		}
	}
	sizes := map[string]string{
		strconv.Itoa(0): "0 Mi", strconv.Itoa(768 << 20): "768 Mi", strconv.FormatInt(gib, 10): "1 Gi", strconv.FormatInt(3*gib/2, 10): "1.5 Gi",
		strconv.FormatInt(1000*gib, 10): "1000 Gi", strconv.FormatInt(1024*gib, 10): "1 Ti",
	}
	for n, want := range sizes {
		var bytes int64
		if _, err := fmt.Sscan(n, &bytes); err != nil {
			t.Fatal(err)
		}
		if got := plan.Bytes(bytes); got != want {
			t.Errorf("%s: %s, want %s", n, got, want)
		}
	}
}
