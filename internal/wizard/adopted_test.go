package wizard

import (
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestAdopted: what the cluster has already is in the panel and in the plan.
func TestAdopted(t *testing.T) {
	o := complete()
	o.Plan = func(s spec.Spec, f facts.Facts) (plan.Plan, error) {
		p, err := plan.Make(s, f)
		p.Adopted = []plan.Adopted{{Name: "keda", Title: "KEDA", Because: "the cluster serves keda.sh/v1alpha1"}}
		return p, err
	}
	driven(t, o, func(d *drive) {
		d.size(120, 40).wait(time.Second)
		d.shows("KEDA, here already")
		d.press("p").shows("KEDA is here already: used, not installed (the cluster serves keda.sh/v1alpha1)")
	})
}
