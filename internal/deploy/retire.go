package deploy

import (
	"context"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// retired are the releases of this platform that its answers have no longer:
// what was turned off. An operator that somebody else needs is not among them.
func (e *engine) retired(ctx context.Context) ([]installed, error) {
	there, err := e.inventory(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(there.releases, func(r installed) bool {
		planned := slices.ContainsFunc(e.Plan.Releases, func(p plan.Release) bool { return p.Name == r.name })
		adopted := slices.ContainsFunc(e.Plan.Adopted, func(a plan.Adopted) bool { return a.Name == r.name })
		unclear := there.blind && r.namespace != e.Plan.Namespace
		return planned || adopted || unclear || there.needed[r.name] != ""
	}), nil
}

// retire takes down what the answers have no longer, after everything else is
// as planned: who used it uses something else by then. Volumes stay, as they
// do when all of the platform is taken down.
func (e *engine) retire(ctx context.Context, all []installed) error {
	for _, r := range all {
		if err := e.hold(ctx, releaseName(r.name)); err != nil {
			return err
		}
		if err := e.remove(ctx, r); err != nil {
			if ctx.Err() != nil {
				return fault.New(fault.Interrupted, "interrupted: "+r.name+", which is no longer wanted, is partly removed", "sparkwiz apply   # goes on where this stopped")
			}
			return fault.Wrap(err, fault.Partial, r.name+", which is no longer wanted, could not be removed", "sparkwiz apply   # tries again")
		}
	}
	return nil
}

// announce tells of what will be retired, before anything begins.
func (e *engine) announce(all []installed) {
	for _, r := range all {
		e.tell(progress.Event{Step: releaseName(r.name), Title: r.name + " (no longer wanted)", State: progress.Waiting})
	}
}
