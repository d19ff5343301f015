package deploy

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// trial is one object that is shown to the API server.
type trial struct {
	*object
	release   string // namespace of its release
	home      string // its own
	elsewhere bool   // its own is not there yet
}

// dryRun has the API server judge every object that would be written, without
// keeping it. It refuses that for a namespace which is not there yet; then the
// objects are shown to it as if for the namespace default, and only what is
// wrong with them in any namespace counts. Of a kind that the plan's own CRDs
// will make known nothing can be said.
func (e *engine) dryRun(ctx context.Context, changing []found) error {
	absent := map[string]bool{}
	for _, f := range changing {
		if s, ok := f.step.(namespaceStep); ok && f.State != Drifted {
			absent[s.name] = true
		}
	}
	var all []trial
	for _, f := range changing {
		if s, ok := f.step.(definitionStep); ok {
			planned, err := s.planned(e.World)
			if err != nil {
				return err
			}
			for _, o := range planned {
				all = append(all, trial{object: o})
			}
		}
		s, ok := f.step.(releaseStep)
		if !ok {
			continue
		}
		planned, err := s.planned(e.World)
		if err != nil {
			return err
		}
		for _, o := range planned {
			home := cmp.Or(o.GetNamespace(), s.release.Namespace)
			all = append(all, trial{object: o, release: s.release.Namespace, home: home, elsewhere: absent[home]})
		}
	}
	return each(len(all), func(i int) error {
		o := all[i]
		if err := e.try(ctx, o); err != nil && objection(err, o.elsewhere) {
			return fault.Wrap(err, fault.Failed, fmt.Sprintf("the API server would refuse %s", refOf(o.object)),
				"sparkwiz render | kubectl apply --dry-run=server -f -   # shows it alone")
		}
		return nil
	})
}

// try writes one object as a dry run: a new one is created, one that is there
// is applied over itself, which shows fields that cannot be changed.
func (e *engine) try(ctx context.Context, o trial) error {
	at, err := e.place(o.GroupVersionKind())
	if err != nil || at.promised {
		return err
	}
	copied := o.DeepCopy()
	var resource dynamic.ResourceInterface = e.dynamic.Resource(at.resource)
	if at.namespaced {
		namespace := o.home
		if o.elsewhere {
			namespace = metav1.NamespaceDefault
		}
		copied.SetNamespace(namespace)
		resource = e.dynamic.Resource(at.resource).Namespace(namespace)
	}
	all := []string{metav1.DryRunAll}
	var there *object
	if !o.elsewhere || !at.namespaced {
		if there, err = e.in(o.release).find(ctx, refOf(o.object)); err != nil {
			return err
		}
	}
	if there == nil {
		_, err := resource.Create(ctx, copied, metav1.CreateOptions{DryRun: all, FieldManager: manager, FieldValidation: metav1.FieldValidationStrict})
		return err
	}
	data, err := json.Marshal(copied)
	if err != nil {
		return err
	}
	force := true
	_, err = resource.Patch(ctx, o.GetName(), types.ApplyPatchType, data,
		metav1.PatchOptions{DryRun: all, FieldManager: manager, Force: &force, FieldValidation: metav1.FieldValidationStrict})
	return err
}

// objection reports whether an error is about the object, and not about the
// dry run itself or about a namespace that it is not meant for.
func objection(err error, elsewhere bool) bool {
	switch {
	case apierrors.IsInvalid(err):
		return true
	case apierrors.IsBadRequest(err):
		return !strings.Contains(err.Error(), "does not support dry run") // says a webhook
	case apierrors.IsAlreadyExists(err), apierrors.IsNotFound(err), transient(err):
		return false
	}
	return !elsewhere
}
