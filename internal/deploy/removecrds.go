package deploy

import (
	"context"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// empty deletes the objects of a release's CRDs in our namespaces and waits
// until their operator has let go of them.
func (e *engine) empty(ctx context.Context, d crds, there inventory) error {
	e.tell(progress.Event{Step: d.step(), State: progress.Running, Reason: "deleting"})
	err := e.emptied(ctx, d, there)
	switch {
	case err == nil:
		e.tell(progress.Event{Step: d.step(), State: progress.Done})
	case ctx.Err() == nil:
		err = e.Cluster.Trouble(err)
		e.tell(progress.Event{Step: d.step(), State: progress.Failed, Reason: err.Error()})
	}
	return err
}

func (e *engine) emptied(ctx context.Context, d crds, there inventory) error {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	for {
		rest, hint := "", ""
		for _, c := range d.all {
			client := e.dynamic.Resource(c.resource)
			for _, o := range c.objects {
				if !slices.Contains(there.spaces, o.namespace) {
					continue
				}
				err := client.Namespace(o.namespace).Delete(ctx, o.name, metav1.DeleteOptions{})
				if apierrors.IsNotFound(err) {
					continue
				}
				if err != nil && !transient(err) {
					return err
				}
				rest = c.resource.Resource + "/" + o.name
				hint = fmt.Sprintf("kubectl -n %s get %s %s -o jsonpath='{.metadata.finalizers}'", o.namespace, c.resource.Resource, o.name)
			}
		}
		if rest == "" {
			return nil
		}
		e.tell(progress.Event{Step: d.step(), State: progress.Settling, Reason: rest + " is ending"})
		if err := sleep(ctx, glance); err != nil {
			return fault.New(fault.Failed, rest+" was deleted and is still there: its operator has not let go of it", hint)
		}
	}
}

// purgeCRDs deletes the CRDs that nobody else uses. Their objects are gone, or
// were nobody's.
func (e *engine) purgeCRDs(ctx context.Context, there inventory) error {
	for _, release := range slices.Sorted(maps.Keys(there.definitions)) {
		if there.needed[release] != "" {
			continue
		}
		d := there.definitions[release]
		err := each(len(d.all), func(i int) error {
			uid := types.UID(d.all[i].uid)
			err := e.dynamic.Resource(definitions()).Delete(ctx, d.all[i].name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
			if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
				return err
			}
			return definitionStep{}.gone(ctx, e.World, d.all[i].name)
		})
		if err != nil {
			return err
		}
	}
	e.getter.Reset()
	return nil
}

// staying names the CRDs and the operators that stay.
func (e *engine) staying(there inventory) []string {
	var left []string
	for _, r := range there.releases {
		if why := there.needed[r.name]; why != "" {
			left = append(left, fmt.Sprintf("%s in namespace %s (%s)", releaseName(r.name), r.namespace, why))
		}
	}
	for _, release := range slices.Sorted(maps.Keys(there.definitions)) {
		d, objects := there.definitions[release], 0
		for _, c := range d.all {
			objects += len(c.objects)
		}
		why := "--purge-crds deletes them"
		if there.needed[release] != "" {
			why = "somebody else uses them"
		}
		left = append(left, fmt.Sprintf("%s (%d CRDs with %d objects; %s)", d.step(), len(d.all), objects, why))
	}
	return left
}
