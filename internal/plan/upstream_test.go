package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// TestAdopt: what is there already is used, whoever made it, unless it is what
// this platform made or what an uninstall has left.
func TestAdopt(t *testing.T) {
	keda := catalogue.Entry{Name: "keda", Title: "KEDA", Namespace: "keda", APIs: []string{"keda.sh/v1alpha1", "eventing.keda.sh/v1alpha1"}}
	plugin := catalogue.Entry{Name: "plugin", Title: "The plugin", Namespace: "plugin", Offers: "nvidia.com/gpu"}
	blind := catalogue.Entry{Name: "blind", Title: "Nobody sees it", Namespace: "blind"}
	owned := func(name, platform string) facts.Namespace {
		return facts.Namespace{Name: name, Labels: map[string]string{PlatformLabel: platform}}
	}
	serves := []string{"apps/v1", "keda.sh/v1alpha1"}
	made := []facts.Definition{{Name: "scaledobjects.keda.sh", Platform: "p"}}
	gpus := []facts.Node{{Allocatable: facts.Resources{Extended: map[string]int64{"nvidia.com/gpu": 1}}}}
	tests := map[string]struct {
		entry   catalogue.Entry
		facts   facts.Facts
		because string // empty: it is installed
		blocked string
	}{
		"nobody looked":                     {entry: keda, facts: facts.Facts{APIs: serves}},
		"not there":                         {entry: keda, facts: facts.Facts{Known: true, APIs: serves[:1]}},
		"somebody's":                        {entry: keda, facts: facts.Facts{Known: true, APIs: serves, Namespaces: []facts.Namespace{{Name: "keda"}}}, because: "the cluster serves keda.sh/v1alpha1"},
		"somebody's, in a place of its own": {entry: keda, facts: facts.Facts{Known: true, APIs: serves}, because: "the cluster serves keda.sh/v1alpha1"},
		"ours":                              {entry: keda, facts: facts.Facts{Known: true, APIs: serves, Definitions: made, Namespaces: []facts.Namespace{owned("keda", "p")}}},
		"ours, killed before its CRDs":      {entry: keda, facts: facts.Facts{Known: true, APIs: serves[:1], Namespaces: []facts.Namespace{owned("keda", "p")}}},
		"CRDs that an uninstall left":       {entry: keda, facts: facts.Facts{Known: true, APIs: serves, Definitions: made}},
		"another platform's":                {entry: keda, facts: facts.Facts{Known: true, APIs: serves, Definitions: []facts.Definition{{Name: "scaledobjects.keda.sh", Platform: "dev"}}, Namespaces: []facts.Namespace{owned("keda", "dev")}}, because: "the platform dev has installed it"},
		"ours of another group":             {entry: keda, facts: facts.Facts{Known: true, APIs: serves, Definitions: []facts.Definition{{Name: "clusters.notkeda.sh"}}}, because: "the cluster serves keda.sh/v1alpha1"},
		"too old":                           {entry: keda, facts: facts.Facts{Known: true, APIs: []string{"keda.sh/v1alpha0"}}, blocked: "KEDA is installed in a version that cannot be used: the cluster serves keda.sh in v1alpha0, the platform needs v1alpha1"},
		"too old, and ours":                 {entry: keda, facts: facts.Facts{Known: true, APIs: []string{"keda.sh/v1alpha0"}, Definitions: made}},
		"nodes have it":                     {entry: plugin, facts: facts.Facts{Known: true, Nodes: gpus}, because: "nodes offer nvidia.com/gpu"},
		"nodes have it from us":             {entry: plugin, facts: facts.Facts{Known: true, Nodes: gpus, Namespaces: []facts.Namespace{owned("plugin", "p")}}},
		"no node has it":                    {entry: plugin, facts: facts.Facts{Known: true}},
		"nothing tells":                     {entry: blind, facts: facts.Facts{Known: true, APIs: serves, Nodes: gpus}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := Plan{Name: "p"}
			chosen := []component.Component{{Name: "ours"}, {Name: tt.entry.Name, Title: tt.entry.Title, Upstream: &tt.entry}}
			rest := p.adopt(chosen, tt.facts)
			because := ""
			for _, a := range p.Adopted {
				because = a.Because
				if a.Name != tt.entry.Name || a.Title != tt.entry.Title || len(a.APIs) > 1 {
					t.Errorf("adopted %+v", a)
				}
			}
			if because != tt.because {
				t.Errorf("adopted because %q, want %q", because, tt.because)
			}
			if installed := slices.ContainsFunc(rest, func(c component.Component) bool { return c.Upstream != nil }); installed != (tt.because == "") || rest[0].Name != "ours" {
				t.Errorf("installed: %v", rest)
			}
			blocked := ""
			for _, w := range tooOld(rest, tt.facts) {
				blocked = w.What
				if !w.Blocks || !strings.Contains(w.Hint, "keda.sh") {
					t.Errorf("warning %+v", w)
				}
			}
			if blocked != tt.blocked {
				t.Errorf("blocked: %q, want %q", blocked, tt.blocked)
			}
		})
	}
}

// TestUpstreamRelease: a release of somebody's chart says where it comes from
// and has a namespace of its own.
func TestUpstreamRelease(t *testing.T) {
	for _, e := range catalogue.Entries() {
		u := upstream(e)
		if u.Version != e.Version || u.Repository == "" || u.Digest != e.Digest || u.OCI != e.OCI || u.PodSecurity == "" || (u.Probe != nil) != (e.Wait == catalogue.Webhook) || u.CRDs == (e.Wait == catalogue.Pods) {
			t.Errorf("%s: %+v", e.Name, u)
		}
	}
	p := Plan{Namespace: "spark", Releases: []Release{{Namespace: "keda"}, {Namespace: "spark"}, {Namespace: "keda"}, {Namespace: "cnpg-system"}}}
	if got := strings.Join(p.Namespaces(), " "); got != "spark keda cnpg-system" {
		t.Errorf("namespaces %s", got)
	}
}
