package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Sizing is the executors as the workload needs them.
type Sizing struct {
	Executors   sizing.Range[int]     `json:"executors"`
	Cores       int                   `json:"executorCores"`
	MemoryMiB   int64                 `json:"executorMemoryMiB"`
	Duration    sizing.Range[float64] `json:"durationSeconds"`
	Binding     sizing.Binding        `json:"binding"`
	RunOnDemand float64               `json:"runOnDemand"` // dollars for one run
	RunSpot     float64               `json:"runSpot"`
	Packing     Packing               `json:"packing"`
}

// Packing is how executors fill nodes: those of the cluster when it was looked
// at, or else the machine that prices are for.
type Packing struct {
	On             string  `json:"on"`
	PerNode        int     `json:"perNode"`        // executors on the node that takes most
	Fit            int     `json:"fit"`            // executors that fit at the same time
	StrandedCPU    float64 `json:"strandedCpu"`    // share of the nodes' free CPU that no executor can use, 0 to 1
	StrandedMemory float64 `json:"strandedMemory"` // the same
}

// Cost is what the platform costs in a month, at list prices.
type Cost struct {
	Monthly   float64 `json:"monthly"`  // dollars: what is always there, and the runs of the workload
	AtRest    float64 `json:"atRest"`   // what is always there
	Runs      float64 `json:"runs"`     // the workload
	FullHour  float64 `json:"fullHour"` // one hour of all executors
	Spot      bool    `json:"spot"`     // executors are on spot nodes
	Currency  string  `json:"currency"`
	AsOf      string  `json:"asOf"`
	Source    string  `json:"source"`
	Instance  string  `json:"instance"`
	Region    string  `json:"region"`
	HourlyOne float64 `json:"hourlyOnDemand"` // of one such machine
}

const (
	hoursOfMonth = 730
	daysOfMonth  = hoursOfMonth / 24.0
)

// sizingOf is the plan's words for an advice. Warnings of the model become
// warnings of the plan that block nothing.
func sizingOf(p Plan, a sizing.Advice, f facts.Facts) (*Sizing, []Warning) {
	r := a.Recommendation
	s := &Sizing{
		Executors: r.Executors, Cores: r.ExecutorCores, MemoryMiB: r.ExecutorMemoryMiB.Central, Duration: a.Duration, Binding: a.Binding,
		RunOnDemand: a.Cost.OnDemand.Central, RunSpot: a.Cost.Spot.Central,
		Packing: Packing{On: a.Fit.Instance, PerNode: a.Fit.PerNode, Fit: r.Executors.Central, StrandedCPU: a.Fit.StrandedCPU, StrandedMemory: a.Fit.StrandedMemory},
	}
	var w []Warning
	if !a.Attainable || a.Binding.ID == "max-executors" {
		w = append(w, Warning{What: "the workload: " + a.Binding.Says, Hint: "--set workload.target=" + roundUp(a.Duration.Central)})
	}
	if f.Known && f.Unknown["nodes"] == "" && f.Unknown["pods"] == "" {
		s.Packing = packing(p, f)
	}
	return s, w
}

// roundUp is a duration in whole minutes, as it is typed.
func roundUp(seconds float64) string { return fmt.Sprintf("%.0fm", math.Ceil(seconds/60)) }

// packing fills the nodes with executors, after everything that is always
// there. Both lines of Spark have the same executors, so the first one's count
// for all.
func packing(p Plan, f facts.Facts) Packing {
	rooms := roomsOf(f, p.Namespaces()...)
	var pod component.Pod
	for _, r := range p.Releases {
		for _, o := range r.Pods {
			switch {
			case strings.HasSuffix(o.Name, "-executor") && pod.Name == "":
				pod = o
			case !o.Elastic:
				place(o, o.Count, rooms)
			}
		}
	}
	out := Packing{On: "the nodes here"}
	var cpu, memory, leftCPU, leftMemory int64
	for _, r := range rooms {
		if !suits(r.node, pod) {
			continue
		}
		cpu, memory = cpu+r.cpu, memory+r.memory
		one := []room{r}
		n := place(pod, math.MaxInt32, one)
		out.PerNode = max(out.PerNode, n)
		out.Fit += n
		leftCPU, leftMemory = leftCPU+one[0].cpu, leftMemory+one[0].memory
	}
	if cpu > 0 && memory > 0 {
		out.StrandedCPU, out.StrandedMemory = float64(leftCPU)/float64(cpu), float64(leftMemory)/float64(memory)
	}
	return out
}

// costOf prices the plan: pods that are always there pay for the larger of
// their shares of a machine's CPU and memory, and so does the least number of
// executors. The workload's runs come on top.
func costOf(p Plan, s spec.Spec, sized *Sizing) *Cost {
	o, known := component.PriceOptions(s)
	if !known || s.Workload.Cloud == spec.NoCloud {
		return nil
	}
	price, err := o.Prices.Pick(o.Cloud, o.Instance)
	if err != nil {
		return nil
	}
	hour, err := o.Hourly()
	if err != nil {
		return nil
	}
	c := &Cost{
		Spot: s.Scaling.Spot != spec.NoSpot, Currency: hour.Cost.Currency, AsOf: hour.Cost.AsOf, Source: hour.Cost.Source,
		Instance: hour.Cost.Instance, Region: hour.Cost.Region, HourlyOne: hour.Cost.Hourly,
	}
	of := func(pod component.Pod) float64 {
		return max(float64(pod.CPUMilli)/1000/price.VCPU, float64(pod.Memory)/(price.MemoryGiB*(1<<30)))
	}
	executorHour := hour.Cost.Hourly
	if c.Spot {
		executorHour = hour.Cost.Spotly
	}
	for _, r := range p.Releases {
		for _, pod := range r.Pods {
			switch {
			case strings.HasSuffix(pod.Name, "-executor"):
				c.AtRest += of(pod) * float64(s.Spark.Executor.Min) * executorHour * hoursOfMonth
				c.FullHour += of(pod) * float64(pod.Count) * executorHour
			case !pod.Elastic:
				c.AtRest += of(pod) * float64(pod.Count) * hour.Cost.Hourly * hoursOfMonth
			}
		}
	}
	if sized != nil {
		c.Runs = sized.RunOnDemand
		if c.Spot {
			c.Runs = sized.RunSpot
		}
		c.Runs *= float64(s.Workload.RunsPerDay) * daysOfMonth
	}
	c.Monthly = c.AtRest + c.Runs
	return c
}

// Sentences say the sizing in words, for every front end.
func (s Sizing) Sentences() []string {
	memory := fmt.Sprintf("%d GiB", s.MemoryMiB>>10)
	lines := []string{
		fmt.Sprintf("%d executors × %d cores × %s, likely between %d and %d", s.Executors.Central, s.Cores, memory, s.Executors.Low, s.Executors.High),
		fmt.Sprintf("%s, on a good day %s, on a bad one %s", sizing.Span(s.Duration.Central), sizing.Span(s.Duration.Low), sizing.Span(s.Duration.High)),
		"bound by " + s.Binding.Says,
	}
	if p := s.Packing; p.PerNode > 0 {
		lines = append(lines, fmt.Sprintf("%s: %d on one node, %d at the same time; stranded %.0f %% of CPU, %.0f %% of memory", p.On, p.PerNode, p.Fit, 100*p.StrandedCPU, 100*p.StrandedMemory))
	} else {
		lines = append(lines, p.On+": not one fits on a node")
	}
	return slices.Clip(lines)
}

// Sentence says the cost of a month.
func (c Cost) Sentence() string {
	kind := "on demand"
	if c.Spot {
		kind = "executors on spot"
	}
	return fmt.Sprintf("≈ %s / month %s", sizing.Money(c.Monthly), kind)
}

// Detail says what the sentence is made of.
func (c Cost) Detail() string {
	runs := ""
	if c.Runs > 0 {
		runs = fmt.Sprintf(", %s for the workload's runs", sizing.Money(c.Runs))
	}
	return fmt.Sprintf("%s at rest%s; all executors %s an hour; %s in %s, list prices of %s", sizing.Money(c.AtRest), runs, sizing.Money(c.FullHour), c.Instance, c.Region, c.AsOf)
}
