// Package deploy brings a cluster to what a plan says, and takes it away
// again. Every step looks before it acts, so running it again is the way to
// recover from anything; what is so is read from the cluster on every run.
package deploy

import (
	"context"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/secret"
)

// Step is one part of a platform. It is plain data; the cluster is handed to
// its methods.
type Step interface {
	Name() string    // stable, e.g. release/hive-metastore
	Title() string   // for people
	Needs() []string // names of steps that must be ready before it starts
	// Observe looks, and writes nothing. An error means that it could not look.
	Observe(ctx context.Context, w *World) (Observed, error)
	// Apply writes. It is never cancelled half-way through an operation.
	Apply(ctx context.Context, w *World, a Action) error
	// Ready looks once at how far what was written has come.
	Ready(ctx context.Context, w *World) (Readiness, error)
	// Explain says why it is not ready: the object, the reason, the last
	// words of the log, the event, the remedy.
	Explain(ctx context.Context, w *World, r Readiness) *fault.Error
}

// Readiness is one look at how far a step has come.
type Readiness struct {
	Done        bool
	Ready, Want int       // pods
	Troubles    []Trouble // why it is not done, the worst first
	Stuck       []podID   // pods that must be replaced for it to go on
	Rests       string    // why pods that one would look for are not there, as planned
}

// Steps lists the whole install in the order in which people read it. The
// engine follows Needs.
func Steps(p plan.Plan) []Step {
	home := namespaceStep{name: p.Namespace, platform: p.Name, level: restricted}
	steps := []Step{home}
	for _, a := range p.Adopted {
		steps = append(steps, adoptedStep{a})
	}
	secrets, own := []string{home.Name()}, []string{home.Name()}
	var provided []Step
	abroad := map[string][]secretStep{} // secrets of releases elsewhere, by namespace
	for _, refs := range secret.Group(p.Secrets) {
		s := secretStep{namespace: p.Namespace, platform: p.Name, refs: refs}
		if there := refs[0].Namespace; there != "" {
			s.namespace = there
			abroad[there] = append(abroad[there], s)
			continue
		}
		secrets = append(secrets, s.Name())
		if refs[0].From != "" {
			provided = append(provided, providedStep{s})
			continue
		}
		steps = append(steps, s)
		own = append(own, s.Name())
	}
	spaces := map[string]bool{p.Namespace: true}
	ready := map[string]string{} // release → the step after which it can be relied on
	for _, r := range p.Releases {
		needs := append([]string(nil), secrets...)
		if r.Name == component.SecretsRelease {
			needs = append([]string(nil), own...) // The others are what comes of it.
		}
		if r.Upstream != nil {
			space := namespaceStep{name: r.Namespace, platform: p.Name, level: r.Upstream.PodSecurity, home: p.Namespace}
			if !spaces[r.Namespace] {
				spaces[r.Namespace] = true
				steps = append(steps, space)
				for _, s := range abroad[r.Namespace] {
					steps = append(steps, s)
				}
			}
			needs = []string{space.Name()}
			for _, s := range abroad[r.Namespace] {
				needs = append(needs, s.Name())
			}
			if r.Upstream.CRDs {
				crds := definitionStep{release: r, platform: p.Name, needs: []string{space.Name()}}
				steps = append(steps, crds)
				needs = append(needs, crds.Name())
			}
		}
		for _, n := range r.Needs {
			needs = append(needs, ready[n])
		}
		release := releaseStep{release: r, platform: p.Name, needs: needs}
		steps = append(steps, release)
		ready[r.Name] = release.Name()
		if r.Name == component.SecretsRelease {
			steps = append(steps, provided...)
		}
		if r.Upstream != nil && r.Upstream.Probe != nil {
			gate := gateStep{release: r, home: p.Namespace}
			steps = append(steps, gate)
			ready[r.Name] = gate.Name()
		}
	}
	return steps
}

func releaseName(release string) string { return "release/" + release }
