// Package component holds everything sparkwiz knows about the things it
// installs: one file per component, each a row of Catalogue.
package component

import (
	"slices"

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
}

// Door is a Service that people want to reach from their own machine.
type Door struct {
	Title   string `json:"title"`
	Service string `json:"service"`
	Port    int    `json:"port"`
	Scheme  string `json:"scheme"` // sc or http
}

// Installed reports whether the component belongs to a platform with these
// answers.
func (c Component) Installed(s spec.Spec) bool { return c.When == nil || c.When(s) }

// Catalogue is every component. The order does not matter to the engine,
// which follows Needs; people read it from the bottom of the platform to the
// top.
func Catalogue() []Component {
	return slices.Concat(upstream(), []Component{postgresql(), objectStore(), hiveMetastore(), spark41()})
}
