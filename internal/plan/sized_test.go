package plan_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// workload is a staging platform for the job that docs/rightsizing.md works by
// hand.
func workload() spec.Spec {
	s := platforms()["staging external"]
	s.Workload.DatasetSize = "1TB"
	return s
}

func executorPod(t *testing.T, p plan.Plan) component.Pod {
	t.Helper()
	for _, r := range p.Releases {
		for _, pod := range r.Pods {
			if pod.Name == "spark-41-executor" {
				return pod
			}
		}
	}
	t.Fatal("no executors")
	return component.Pod{}
}

// TestSized: executors follow from the workload, in the pods as in the values
// that the chart gets; without one they are as answered.
func TestSized(t *testing.T) {
	s := workload()
	p := makePlan(t, s, facts.Facts{})
	// 6144 MiB of heap and 614 beside it; 0.9 cores for each of 4 slots.
	if pod := executorPod(t, p); pod.Count != 57 || pod.CPUMilli != 3600 || pod.Memory != 6758<<20 {
		t.Errorf("%+v", pod)
	}
	values := p.Releases[len(p.Releases)-1].Values["executor"].(map[string]any)
	if values["cores"] != 4 || values["memory"] != "6g" || values["memoryOverhead"] != "614m" || values["requestCores"] != "3600m" || values["instances"].(map[string]any)["max"] != 57 {
		t.Errorf("%v", values)
	}
	if p.Sizing == nil || p.Sizing.Executors.Low != 32 || p.Sizing.Executors.High != 120 || p.Spec != s {
		t.Errorf("%+v", p.Sizing)
	}
	s.Workload.PySpark = true
	if pod := executorPod(t, makePlan(t, s, facts.Facts{})); pod.Memory != (6144+2457)<<20 {
		t.Errorf("no room for Python: %+v", pod)
	}
	s = workload()
	s.Spark.Executor.Min = 80
	if pod := executorPod(t, makePlan(t, s, facts.Facts{})); pod.Count != 80 {
		t.Errorf("fewer than the least number that was answered: %+v", pod)
	}
	for _, wrong := range []func(*spec.Spec){
		func(s *spec.Spec) { s.Workload.DatasetSize = "" },
		func(s *spec.Spec) { s.Workload.DatasetSize = "lots" },
		func(s *spec.Spec) { s.Workload.Target = "soon" },
		func(s *spec.Spec) { s.Workload.Utilisation = "9" },
		func(s *spec.Spec) { s.Workload.Cloud = "moon" },
	} {
		s := workload()
		wrong(&s)
		if p := makePlan(t, s, facts.Facts{}); p.Sizing != nil || executorPod(t, p).Count != s.Spark.Executor.Max {
			t.Errorf("%+v: %+v", s.Workload, p.Sizing)
		}
	}
}

// TestPacking: executors go onto the nodes that are there, after the servers,
// and what none can use is stranded.
func TestPacking(t *testing.T) {
	f := oneNode(3920, 14)
	f.Nodes = append(f.Nodes, node(7910, 28), node(1000, 2))
	p := makePlan(t, workload(), f)
	// The first node has the Connect server with 1.01 cores and so no room for
	// 3.6; the second takes two executors; the third none.
	if got := p.Sizing.Packing; got.PerNode != 2 || got.Fit != 2 || got.On != "the nodes here" || got.StrandedCPU < 0.3 || got.StrandedCPU > 0.4 || got.StrandedMemory < 0.5 {
		t.Errorf("%+v", got)
	}
	var warned bool
	for _, w := range p.Warnings {
		warned = warned || strings.Contains(w.What, "only 2 of 57 spark-41-executor pods fit") && w.Hint == "--set workload.maxExecutors=2"
	}
	if !warned {
		t.Errorf("%+v", p.Warnings)
	}
	if got := makePlan(t, workload(), facts.Facts{}).Sizing.Packing; got.On != "m6i.xlarge" || got.PerNode != 1 || got.StrandedMemory < 0.4 {
		t.Errorf("nobody looked: %+v", got)
	}
}

// TestCost adds up what is always there by hand, and the runs.
func TestCost(t *testing.T) {
	s := platforms()["staging external"]
	s.Spark.Executor.Min = 2
	c := makePlan(t, s, facts.Facts{}).Cost
	// Connect asks for 1010m, of 4 cores; two executors for 1000m and 1408 MiB
	// each. All are bound by CPU.
	want := (1.010 + 2*1.0) / 4 * 0.192 * 730
	if c == nil || c.AtRest < want-0.01 || c.AtRest > want+0.01 || c.Monthly != c.AtRest || c.Instance != "m6i.xlarge" || c.AsOf == "" {
		t.Fatalf("%+v, want %.2f", c, want)
	}
	s = workload()
	p := makePlan(t, s, facts.Facts{})
	if runs := p.Sizing.RunOnDemand * 730 / 24; p.Cost.Runs < runs-0.01 || p.Cost.Runs > runs+0.01 || p.Cost.Monthly != p.Cost.AtRest+p.Cost.Runs {
		t.Errorf("%+v, want runs for %.2f", p.Cost, runs)
	}
	s.Workload.RunsPerDay, s.Scaling.Spot = 2, spec.EKS
	q := makePlan(t, s, facts.Facts{})
	if !q.Cost.Spot || q.Cost.Runs >= 2*p.Cost.Runs || q.Cost.Runs <= 0 || q.Cost.FullHour >= p.Cost.FullHour {
		t.Errorf("%+v", q.Cost)
	}
	s.Workload.Cloud = spec.NoCloud
	if q := makePlan(t, s, facts.Facts{}); q.Cost != nil || q.Sizing == nil {
		t.Errorf("%+v", q.Cost)
	}
}

// TestTarget: what cannot be met is said, with a target that can.
func TestTarget(t *testing.T) {
	s := workload()
	s.Workload.Target = "20s"
	w := makePlan(t, s, facts.Facts{}).Warnings
	if len(w) != 1 || w[0].Blocks || !strings.Contains(w[0].What, "instead of 20s") || !strings.HasPrefix(w[0].Hint, "--set workload.target=") {
		t.Fatalf("%+v", w)
	}
	s.Workload.Target = strings.TrimPrefix(w[0].Hint, "--set workload.target=")
	if w := makePlan(t, s, facts.Facts{}).Warnings; len(w) > 0 {
		t.Errorf("the hint does not help: %+v", w)
	}
}
