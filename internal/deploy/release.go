package deploy

import (
	"cmp"
	"context"
	"fmt"

	"helm.sh/helm/v3/pkg/release"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// releaseStep is one Helm release.
type releaseStep struct {
	release  plan.Release
	platform string
	needs    []string
}

func (s releaseStep) Name() string    { return releaseName(s.release.Name) }
func (s releaseStep) Title() string   { return s.release.Title }
func (s releaseStep) Needs() []string { return s.needs }

// planned are the objects as the plan has them.
func (s releaseStep) planned(w *World) ([]*object, error) {
	rendered, err := w.renders.Render(s.release, w.version)
	if err != nil {
		return nil, err
	}
	if rendered.CRDs != "" && !s.release.Upstream.CRDs {
		return nil, fmt.Errorf("chart %s has CRDs that the catalogue does not know of", s.release.Chart)
	}
	return objects(rendered.Manifest)
}

func (s releaseStep) Observe(ctx context.Context, w *World) (Observed, error) {
	h, err := w.helm(s.release.Namespace)
	if err != nil {
		return Observed{State: Unknown}, err
	}
	record, err := h.last(s.release.Name)
	if err != nil {
		return Observed{State: Unknown}, err
	}
	planned, err := s.planned(w)
	if err != nil {
		return Observed{State: Unknown}, err
	}
	there, err := s.present(ctx, w, planned)
	if err != nil {
		return Observed{State: Unknown}, err
	}
	if o, ok := s.claimed(record, planned, there); ok {
		return o, nil
	}
	return s.compare(w, record, planned, there)
}

// present looks for the planned objects on the cluster.
func (s releaseStep) present(ctx context.Context, w *World, planned []*object) (map[ref]*object, error) {
	there := map[ref]*object{}
	for _, o := range planned {
		found, err := w.in(s.release.Namespace).find(ctx, refOf(o))
		if w.promised(o.GroupVersionKind().GroupKind(), err) {
			continue
		}
		if meta.IsNoMatchError(err) {
			return nil, fault.New(fault.Failed, fmt.Sprintf("the cluster does not know %s, which %s needs", o.GroupVersionKind().GroupKind(), s.Title()),
				"kubectl api-resources   # its operator or its CRDs are missing")
		}
		if err != nil {
			return nil, err
		}
		if found != nil {
			there[refOf(o)] = found
		}
	}
	return there, nil
}

// claimed reports whether something of the release belongs to somebody else,
// or to nobody.
func (s releaseStep) claimed(record *release.Release, planned []*object, there map[ref]*object) (Observed, bool) {
	if record != nil && record.Labels[platformLabel] != s.platform {
		return s.foreign(fmt.Sprintf("the Helm release %s exists in namespace %s and is not this platform's", s.release.Name, s.release.Namespace),
			fmt.Sprintf("helm -n %s status %s   # or --set namespace=…", s.release.Namespace, s.release.Name)), true
	}
	for _, o := range planned {
		found := there[refOf(o)]
		if found != nil && !s.owns(found) {
			where := cmp.Or(o.GetNamespace(), s.release.Namespace)
			return s.foreign(fmt.Sprintf("%s exists in namespace %s and does not belong to release %s", refOf(o), where, s.release.Name),
				fmt.Sprintf("kubectl -n %s get %s -o yaml   # whose is it? or --set namespace=…", where, refOf(o))), true
		}
	}
	if record == nil && len(there) > 0 {
		what := fmt.Sprintf("%d objects of release %s are there, but the release has no record", len(there), s.release.Name)
		return Observed{
			State: Orphan, Reason: what,
			Fault: fault.New(fault.Failed, what, "sparkwiz apply --adopt   # takes them over"),
		}, true
	}
	return Observed{}, false
}

func (s releaseStep) foreign(what, hint string) Observed {
	return Observed{State: Foreign, Reason: what, Fault: fault.New(fault.Failed, what, hint)}
}

// owns reports whether Helm made the object for this release.
func (s releaseStep) owns(o *object) bool {
	a := o.GetAnnotations()
	return a[releaseAnnotation] == s.release.Name && a["meta.helm.sh/release-namespace"] == s.release.Namespace
}

func (s releaseStep) Apply(ctx context.Context, w *World, a Action) error {
	defer w.lives.stale()
	h, err := w.helm(s.release.Namespace)
	if err != nil {
		return err
	}
	if err := s.bury(ctx, w); err != nil {
		return err
	}
	if a == Repair {
		if err := h.unlock(s.release.Name); err != nil {
			return err
		}
	}
	if a == Create {
		err = h.install(s.release)
	} else {
		err = h.upgrade(s.release)
	}
	return s.hooked(ctx, w, err)
}
