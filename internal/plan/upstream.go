package plan

import (
	"fmt"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// PlatformLabel is on everything that sparkwiz makes.
const PlatformLabel = facts.PlatformLabel

// Upstream says where the chart of a release comes from that others maintain,
// and how it is treated.
type Upstream struct {
	Version     string         `json:"version"`
	Repository  string         `json:"repository"`
	OCI         string         `json:"oci,omitempty"`
	Digest      string         `json:"digest,omitempty"` // sha256:… of the archive; empty: whatever comes first is trusted
	PodSecurity string         `json:"podSecurity"`      // level of its namespace
	CRDs        bool           `json:"crds,omitempty"`   // it brings CRDs, which are applied before it
	Probe       map[string]any `json:"probe,omitempty"`  // the object with which its webhook is asked
}

// Adopted is something that the cluster has already: it is used, and neither
// installed nor changed.
type Adopted struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Because string   `json:"because"`
	APIs    []string `json:"apis,omitempty"` // what must go on being served
}

func upstream(e catalogue.Entry) *Upstream {
	return &Upstream{Version: e.Version, Repository: e.Repository, OCI: e.OCI, Digest: e.Digest, PodSecurity: e.PodSecurity, CRDs: e.Wait != catalogue.Pods, Probe: e.Probe}
}

// adopt takes out of the chosen components what is there already. Without
// facts nothing is: whether it is there is seen at the latest when the apply
// looks again.
func (p *Plan) adopt(chosen []component.Component, f facts.Facts) []component.Component {
	var rest []component.Component
	for _, c := range chosen {
		because := ""
		if c.Upstream != nil && f.Known {
			because = standing(*c.Upstream, p.Name, f)
		}
		if because == "" {
			rest = append(rest, c)
			continue
		}
		a := Adopted{Name: c.Name, Title: c.Title, Because: because}
		if len(c.Upstream.APIs) > 0 {
			a.APIs = c.Upstream.APIs[:1]
		}
		p.Adopted = append(p.Adopted, a)
	}
	return rest
}

// standing says how one sees that somebody else has installed a chart; empty
// if nobody has, or this platform.
//
// A namespace of ours is proof that the release is ours, or about to be. CRDs
// of ours without any namespace are what an uninstall has left.
func standing(e catalogue.Entry, platform string, f facts.Facts) string {
	ns, there := f.Namespace(e.Namespace)
	owner := ns.Labels[PlatformLabel]
	if there && owner == platform {
		return ""
	}
	switch {
	case len(e.APIs) > 0 && f.Serves(e.APIs[0]):
		if group, _, _ := strings.Cut(e.APIs[0], "/"); f.Made(group) && owner == "" {
			return ""
		}
		if owner != "" {
			return fmt.Sprintf("the platform %s has installed it", owner)
		}
		return "the cluster serves " + e.APIs[0]
	case e.Offers != "" && f.Offers(e.Offers) > 0:
		return "nodes offer " + e.Offers
	}
	return ""
}

// tooOld warns of what is there in a version that is of no use: installing
// over it would take it away from whoever uses it.
func tooOld(chosen []component.Component, f facts.Facts) []Warning {
	var w []Warning
	for _, c := range chosen {
		if c.Upstream == nil || len(c.Upstream.APIs) == 0 || f.Serves(c.Upstream.APIs[0]) {
			continue
		}
		group, version, _ := strings.Cut(c.Upstream.APIs[0], "/")
		if served := f.ServesGroup(group); len(served) > 0 && !f.Made(group) {
			w = append(w, Warning{
				Blocks: true,
				What: fmt.Sprintf("%s is installed in a version that cannot be used: the cluster serves %s in %s, the platform needs %s",
					c.Title, group, strings.Join(served, ", "), version),
				Hint: "kubectl get crds -o name | grep " + group + "   # whoever installed it has to upgrade it",
			})
		}
	}
	return w
}
