package deploy

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// adoptedStep is what the cluster has already. It is looked at and never
// written.
type adoptedStep struct{ plan.Adopted }

func (s adoptedStep) Name() string    { return "adopted/" + s.Adopted.Name }
func (s adoptedStep) Title() string   { return s.Adopted.Title + " is here already: used, not installed" }
func (s adoptedStep) Needs() []string { return nil }

// Observe wants it to be served still. Whoever took it away meanwhile has
// changed what the plan was made for.
func (s adoptedStep) Observe(_ context.Context, w *World) (Observed, error) {
	for _, api := range s.APIs {
		group, version, _ := strings.Cut(api, "/")
		served, err := w.serves(schema.GroupVersion{Group: group, Version: version})
		if err != nil {
			return Observed{State: Unknown}, err
		}
		if !served {
			what := fmt.Sprintf("%s was here when the plan was made and is not any more: the cluster does not serve %s", s.Adopted.Title, api)
			return Observed{State: Foreign, Reason: what, Fault: fault.New(fault.Failed, what, "sparkwiz apply   # looks again, and installs it")}, nil
		}
	}
	return Observed{State: InSync, Reason: s.Because}, nil
}

// serves reports whether the API server serves a group in a version.
func (w *World) serves(want schema.GroupVersion) (bool, error) {
	client, err := w.getter.ToDiscoveryClient()
	if err != nil {
		return false, err
	}
	groups, err := client.ServerGroups()
	if err != nil {
		return false, err
	}
	for _, g := range groups.Groups {
		for _, v := range g.Versions {
			if v.GroupVersion == want.String() {
				return true, nil
			}
		}
	}
	return false, nil
}

func (s adoptedStep) Apply(context.Context, *World, Action) error {
	return fault.New(fault.Failed, s.Adopted.Title+" is somebody else's and is not changed", "sparkwiz plan") // No state leads here.
}

func (s adoptedStep) Ready(ctx context.Context, w *World) (Readiness, error) {
	o, err := s.Observe(ctx, w)
	return Readiness{Done: o.State == InSync}, err
}

func (s adoptedStep) Explain(context.Context, *World, Readiness) *fault.Error {
	return fault.New(fault.Failed, s.Adopted.Title+" is not served any more", "kubectl api-versions")
}
