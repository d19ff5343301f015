// Package component holds everything sparkwiz knows about the things it
// installs: one file per component, each a row of Catalogue.
package component

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Component is everything we know about one installable thing.
type Component struct {
	Name    string // release name
	Title   string
	Chart   string                         // directory under charts/, or an entry of the upstream catalogue
	When    func(spec.Spec) bool           // nil: always
	Needs   []string                       // components that must be ready before it starts, where they are installed
	Secrets func(spec.Spec) []secret.Ref   // what its pods read
	Pods    func(spec.Spec) []Pod          // what the scheduler will be asked for; Values carries the same numbers
	Doors   func(spec.Spec) []Door         // what people reach from outside; nil: nothing
	Flows   func(spec.Spec) []Flow         // whom its pods talk to; nil: nobody, and nobody is let in
	Values  func(spec.Spec) map[string]any // chart values; a pure function of the answers
	// Upstream is the entry of a chart that others maintain; nil: it is ours.
	// A cluster that has what it offers is taken as it is.
	Upstream *catalogue.Entry
}

// Pod is a kind of pod: how many there may be, and what each asks for.
type Pod struct {
	Name     string `json:"name"`
	Count    int    `json:"count"`            // at most
	CPUMilli int64  `json:"cpuMilli"`         // request of one pod, thousandths of a core
	Memory   int64  `json:"memory"`           // request of one pod, bytes
	Volume   int64  `json:"volume,omitempty"` // size of its claim, bytes
	// Elastic pods come and go with the work. The others are always there and
	// are placed first.
	Elastic bool `json:"elastic,omitempty"`
	// Extended are whole devices that one pod asks for, e.g. nvidia.com/gpu.
	Extended map[string]int64 `json:"extended,omitempty"`
	// Where it may go: nodes with these labels, also tainted ones that it
	// tolerates, but none that it avoids.
	Selector    map[string]string `json:"selector,omitempty"`
	Tolerations []Toleration      `json:"tolerations,omitempty"`
	Avoid       []Avoid           `json:"avoid,omitempty"`
}

// Toleration lets a pod onto nodes with a taint; in the words of Kubernetes.
type Toleration struct {
	Key      string `json:"key"`
	Operator string `json:"operator"` // Exists or Equal
	Value    string `json:"value,omitempty"`
	Effect   string `json:"effect"`
}

// Avoid keeps a pod off nodes whose label has one of the values.
type Avoid struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// Door is a Service that people want to reach from their own machine.
type Door struct {
	Title   string `json:"title"`
	Service string `json:"service"`
	Port    int    `json:"port"`
	Local   int    `json:"local,omitempty"` // port on one's own machine, when it is another
	Scheme  string `json:"scheme"`          // sc or http
	// Secret and Key name the token that it asks for, when it does.
	Secret string `json:"secret,omitempty"`
	Key    string `json:"key,omitempty"`
}

// LocalPort is where the door is looked for on one's own machine.
func (d Door) LocalPort() int { return cmp.Or(d.Local, d.Port) }

// Installed reports whether the component belongs to a platform with these
// answers.
func (c Component) Installed(s spec.Spec) bool { return c.When == nil || c.When(s) }

// Catalogue is every component. The order does not matter to the engine,
// which follows Needs; people read it from the bottom of the platform to the
// top.
func Catalogue() []Component {
	// Charts of others come first: what they bring is used by ours.
	return slices.Concat(upstream(), []Component{defaultDeny()}, ours())
}

// ours are the components with pods of our own.
func ours() []Component {
	all := []Component{postgresql(), postgresqlCluster(), objectStore(), hiveMetastore()}
	for _, l := range lines() {
		all = append(all, l.component())
	}
	all = append(all, jupyter(), airflow(), dataValidation(), traces(), monitoring())
	for i := range all {
		all[i] = all[i].claimed().offPools()
	}
	return append([]Component{provided(all).offPools()}, all...)
}

// offPools keeps a component's pods, executors excepted, off the pools that
// are for executors: in its chart's values and in what the plan counts.
func (c Component) offPools() Component {
	pods, values := c.Pods, c.Values
	c.Pods = func(s spec.Spec) []Pod {
		all := pods(s)
		for i, p := range all {
			if !strings.HasSuffix(p.Name, "-executor") {
				all[i].Avoid = pools(s).avoid
			}
		}
		return all
	}
	c.Values = func(s spec.Spec) map[string]any {
		v := values(s)
		if len(pods(s)) > 0 {
			v["avoidNodes"] = avoidNodes(s)
		}
		return v
	}
	return c
}
