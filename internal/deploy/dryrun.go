package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// dryRun has the API server judge every object that would be written, without
// keeping it. It refuses that for a namespace which is not there yet; then the
// objects are shown to it as if for the namespace default, and only what is
// wrong with them in any namespace counts.
func (e *engine) dryRun(ctx context.Context, changing []found) error {
	namespace, absent := e.Plan.Namespace, false
	for _, f := range changing {
		if _, ok := f.step.(namespaceStep); ok && f.State != Drifted {
			namespace, absent = metav1.NamespaceDefault, true
		}
	}
	var all []*object
	for _, f := range changing {
		s, ok := f.step.(releaseStep)
		if !ok {
			continue
		}
		planned, err := s.planned(e.World)
		if err != nil {
			return err
		}
		all = append(all, planned...)
	}
	refused := make([]error, len(all))
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i, o := range all {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			err := e.try(ctx, o, namespace, absent)
			if err == nil || !objection(err, absent) {
				return
			}
			refused[i] = fault.Wrap(err, fault.Failed, fmt.Sprintf("the API server would refuse %s", refOf(o)),
				"sparkwiz render | kubectl apply --dry-run=server -f -   # shows it alone")
		})
	}
	wg.Wait()
	var faults []error
	for _, err := range refused {
		if err != nil {
			faults = append(faults, err)
		}
	}
	return joined(faults)
}

// try writes one object as a dry run: a new one is created, one that is there
// is applied over itself, which shows fields that cannot be changed.
func (e *engine) try(ctx context.Context, o *object, namespace string, absent bool) error {
	mapping, err := e.live.mapper.RESTMapping(o.GroupVersionKind().GroupKind(), o.GroupVersionKind().Version)
	if err != nil {
		return err
	}
	client := e.dynamic.Resource(mapping.Resource)
	resource := client.Namespace(namespace)
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		resource = client
	}
	all := []string{metav1.DryRunAll}
	var there *object
	if !absent {
		if there, err = e.live.find(ctx, refOf(o)); err != nil {
			return err
		}
	}
	copied := o.DeepCopy()
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		copied.SetNamespace(namespace)
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
