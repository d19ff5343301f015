package facts_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/facts"
)

func TestTakes(t *testing.T) {
	taint := func(effect string) []facts.Taint { return []facts.Taint{{Key: "k", Effect: effect}} }
	tests := map[string]struct {
		node facts.Node
		want bool
	}{
		"ready":              {facts.Node{Ready: true}, true},
		"not ready":          {facts.Node{}, false},
		"cordoned":           {facts.Node{Ready: true, Unschedulable: true}, false},
		"NoSchedule":         {facts.Node{Ready: true, Taints: taint("NoSchedule")}, false},
		"NoExecute":          {facts.Node{Ready: true, Taints: taint("NoExecute")}, false},
		"PreferNoSchedule":   {facts.Node{Ready: true, Taints: taint("PreferNoSchedule")}, true},
		"preferred and hard": {facts.Node{Ready: true, Taints: append(taint("PreferNoSchedule"), taint("NoSchedule")...)}, false},
	}
	for name, tt := range tests {
		if got := tt.node.Takes(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestFree(t *testing.T) {
	node := func(cpu, requested, ours int64) facts.Node {
		return facts.Node{
			Ready: true, Allocatable: facts.Resources{CPUMilli: cpu, Memory: cpu, Pods: 10}, Requested: facts.Resources{CPUMilli: requested, Memory: requested, Pods: 4},
			ByNamespace: map[string]facts.Resources{"spark": {CPUMilli: ours, Memory: ours, Pods: 1}},
		}
	}
	cordoned := node(1000, 0, 0)
	cordoned.Unschedulable = true
	f := facts.Facts{Nodes: []facts.Node{node(1000, 600, 100), node(500, 900, 0), cordoned}} // the second is overcommitted
	for namespace, want := range map[string]facts.Resources{
		"spark": {CPUMilli: 500, Memory: 500, Pods: 14},
		"other": {CPUMilli: 400, Memory: 400, Pods: 12},
	} {
		if diff := cmp.Diff(want, f.Free(namespace)); diff != "" {
			t.Errorf("%s:\n%s", namespace, diff)
		}
	}
}

// TestFreeInSeveral: a platform that is spread over namespaces stands in its
// own way in none of them.
func TestFreeInSeveral(t *testing.T) {
	f := facts.Facts{Nodes: []facts.Node{{
		Ready: true, Allocatable: facts.Resources{CPUMilli: 1000, Memory: 1000, Pods: 10}, Requested: facts.Resources{CPUMilli: 900, Memory: 800, Pods: 7},
		ByNamespace: map[string]facts.Resources{
			"spark": {CPUMilli: 100, Memory: 200, Pods: 1, Extended: map[string]int64{"nvidia.com/gpu": 1}},
			"keda":  {CPUMilli: 300, Memory: 300, Pods: 3, Extended: map[string]int64{"nvidia.com/gpu": 1}},
		},
	}}}
	want := facts.Resources{CPUMilli: 500, Memory: 700, Pods: 7}
	if diff := cmp.Diff(want, f.Free("spark", "keda", "nowhere")); diff != "" {
		t.Error(diff)
	}
}

func TestGroups(t *testing.T) {
	f := facts.Facts{APIs: []string{"v1", "keda.sh/v1alpha1", "keda.sh/v1", "notkeda.sh/v2"}, Definitions: []facts.Definition{{Name: "scaledobjects.keda.sh"}}}
	if got := f.ServesGroup("keda.sh"); !slices.Equal(got, []string{"v1alpha1", "v1"}) {
		t.Errorf("served: %v", got)
	}
	if !f.Made("keda.sh") || f.Made("eda.sh") || f.Made("notkeda.sh") {
		t.Error("Made")
	}
}

func TestLookups(t *testing.T) {
	var nothing facts.Facts
	f := facts.Facts{
		APIs:           []string{"v1", "apps/v1"},
		Namespaces:     []facts.Namespace{{Name: "spark", Labels: map[string]string{"a": "b"}}},
		StorageClasses: []facts.StorageClass{{Name: "a"}, {Name: "b", Default: true}},
		Nodes: []facts.Node{
			{Allocatable: facts.Resources{Extended: map[string]int64{"nvidia.com/gpu": 2}}},
			{Allocatable: facts.Resources{Extended: map[string]int64{"nvidia.com/gpu": 1, "amd.com/gpu": 5}}},
		},
	}
	if !f.Serves("apps/v1") || f.Serves("apps") || nothing.Serves("v1") {
		t.Error("Serves")
	}
	if ns, ok := f.Namespace("spark"); !ok || ns.Labels["a"] != "b" {
		t.Error("Namespace that is there")
	}
	if _, ok := f.Namespace("other"); ok {
		t.Error("Namespace that is not there")
	}
	if c, ok := f.DefaultStorageClass(); !ok || c.Name != "b" {
		t.Error("DefaultStorageClass")
	}
	if _, ok := nothing.DefaultStorageClass(); ok {
		t.Error("DefaultStorageClass of nothing")
	}
	if f.Offers("nvidia.com/gpu") != 3 || nothing.Offers("nvidia.com/gpu") != 0 {
		t.Error("Offers")
	}
}
