// Package plan turns answers and facts into what will be done: a namespace,
// secrets by name, releases in an order, and what they cost the cluster. It
// is pure: the same answers and facts give the same plan.
package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Plan is everything that an apply will do. Its JSON form is a contract.
type Plan struct {
	ID          string       `json:"id"` // digest of what would be installed: not of warnings, nor of answers without effect
	Name        string       `json:"name"`
	Environment string       `json:"environment"`
	Context     string       `json:"context"`
	Namespace   string       `json:"namespace"`
	Secrets     []secret.Ref `json:"secrets"`
	Releases    []Release    `json:"releases"` // every release comes after those it needs
	Adopted     []Adopted    `json:"adopted,omitempty"`
	Footprint   Footprint    `json:"footprint"`
	Sizing      *Sizing      `json:"sizing,omitempty"` // executors as the workload needs them; nil: as answered
	Cost        *Cost        `json:"cost,omitempty"`   // nil: no prices for these machines
	Warnings    []Warning    `json:"warnings,omitempty"`
	Spec        spec.Spec    `json:"spec"`
}

// Release is one Helm release.
type Release struct {
	Name      string           `json:"name"`
	Title     string           `json:"title"`
	Chart     string           `json:"chart"` // directory under charts/, or the name of an upstream chart
	Upstream  *Upstream        `json:"upstream,omitempty"`
	Namespace string           `json:"namespace"`
	Needs     []string         `json:"needs,omitempty"` // releases of this plan
	Values    map[string]any   `json:"values"`
	Pods      []component.Pod  `json:"pods"`
	Doors     []component.Door `json:"doors,omitempty"` // what people reach from outside
}

// Footprint is what the platform asks of the cluster at most.
type Footprint struct {
	CPUMilli int64 `json:"cpuMilli"` // thousandths of a core
	Memory   int64 `json:"memory"`   // bytes
	Volumes  int64 `json:"volumes"`  // bytes of claims
	Pods     int   `json:"pods"`
}

// Warning is something that the cluster has against the plan.
type Warning struct {
	What   string `json:"what"`
	Hint   string `json:"hint,omitempty"`
	Blocks bool   `json:"blocks,omitempty"` // an apply will not begin
}

// Make plans a platform. It fails only if the catalogue itself is wrong;
// whether the answers make sense is question.Validate's business.
func Make(s spec.Spec, f facts.Facts) (Plan, error) {
	p := Plan{Name: s.Name, Environment: s.Environment, Context: s.Cluster.Context, Namespace: s.Namespace, Spec: s}
	advice, sized := component.Advise(s)
	if sized {
		s = component.Sized(s, advice)
	}
	chosen, err := order(s, component.Catalogue())
	if err != nil {
		return Plan{}, err
	}
	chosen = p.adopt(chosen, f)
	var refs []secret.Ref
	for _, c := range chosen {
		r := Release{Name: c.Name, Title: c.Title, Chart: c.Chart, Namespace: s.Namespace, Values: c.Values(s), Pods: c.Pods(s)}
		for _, need := range c.Needs {
			if slices.ContainsFunc(chosen, func(o component.Component) bool { return o.Name == need }) {
				r.Needs = append(r.Needs, need)
			}
		}
		if c.Upstream != nil {
			r.Upstream, r.Namespace = upstream(*c.Upstream), c.Upstream.Namespace
		}
		if c.Doors != nil {
			r.Doors = c.Doors(s)
		}
		p.Releases = append(p.Releases, r)
		p.Footprint.add(r.Pods)
		refs = append(refs, c.Secrets(s)...)
	}
	for _, group := range secret.Group(refs) {
		p.Secrets = append(p.Secrets, group...)
	}
	if p.ID, err = digest(p); err != nil {
		return Plan{}, err
	}
	p.Warnings = slices.Concat(secretWarnings(p, f), warnings(p, f), tooOld(chosen, f))
	if sized {
		var more []Warning
		p.Sizing, more = sizingOf(p, advice, f)
		p.Warnings = append(p.Warnings, more...)
	}
	p.Cost = costOf(p, s, p.Sizing)
	return p, nil
}

// order picks the components that these answers install and sorts them so
// that each comes after those it needs.
func order(s spec.Spec, catalogue []component.Component) ([]component.Component, error) {
	var waiting, sorted []component.Component
	for _, c := range catalogue {
		if c.Installed(s) {
			waiting = append(waiting, c)
		}
	}
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(c component.Component) bool {
			return !slices.ContainsFunc(waiting, func(o component.Component) bool { return slices.Contains(c.Needs, o.Name) })
		})
		if i < 0 {
			var names []string
			for _, c := range waiting {
				names = append(names, c.Name)
			}
			return nil, fmt.Errorf("these components need each other in a circle: %s", strings.Join(names, ", "))
		}
		sorted = append(sorted, waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
	return sorted, nil
}

func (f *Footprint) add(pods []component.Pod) {
	for _, p := range pods {
		f.CPUMilli += int64(p.Count) * p.CPUMilli
		f.Memory += int64(p.Count) * p.Memory
		f.Volumes += int64(p.Count) * p.Volume
		f.Pods += p.Count
	}
}

func digest(p Plan) (string, error) {
	p.Spec = spec.Spec{} // It has answers that do not apply, such as the endpoint of a store that is not used.
	data, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8]), nil
}

// Namespaces are all that the plan has releases in, the platform's own first.
func (p Plan) Namespaces() []string {
	all := []string{p.Namespace}
	for _, r := range p.Releases {
		if !slices.Contains(all, r.Namespace) {
			all = append(all, r.Namespace)
		}
	}
	return all
}

// Blocked returns the warnings that keep an apply from beginning.
func (p Plan) Blocked() []Warning {
	var blocked []Warning
	for _, w := range p.Warnings {
		if w.Blocks {
			blocked = append(blocked, w)
		}
	}
	return blocked
}
