package deploy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// remove deletes a release and waits until its objects and pods are gone.
func (e *engine) remove(ctx context.Context, r installed) error {
	step := releaseName(r.name)
	e.tell(progress.Event{Step: step, State: progress.Running, Reason: "deleting"})
	err := e.delete(ctx, r)
	if err == nil {
		e.tell(progress.Event{Step: step, State: progress.Done})
		e.note(step, "removed", nil)
		return nil
	}
	if ctx.Err() == nil {
		err = e.Cluster.Trouble(err)
		e.tell(progress.Event{Step: step, State: progress.Failed, Reason: err.Error()})
	}
	return err
}

func (e *engine) delete(ctx context.Context, r installed) error {
	h, err := e.helm(r.namespace)
	if err != nil {
		return err
	}
	record, err := h.last(r.name)
	if err != nil || record == nil {
		return err
	}
	all, err := objects(record.Manifest)
	if err != nil {
		return err
	}
	began := time.Now()
	for n := 0; ; n++ {
		err := h.uninstall(r.name)
		e.lives.stale()
		if err == nil {
			break
		}
		// Helm does not say why it failed.
		if lost, failed := e.forget(h, r.name, all); failed != nil {
			return failed
		} else if lost {
			continue
		}
		if !transient(err) || time.Since(began) > e.Stubborn {
			return err
		}
		if err := sleep(ctx, backoff(n)); err != nil {
			return err
		}
		if h, err = e.helm(r.namespace); err != nil {
			return err
		}
	}
	return e.gone(ctx, r, all)
}

// forget takes out of a release's record what is of a kind that the cluster no
// longer serves: whoever deletes a definition deletes every object of it, and
// Helm gives up on a record with a kind that it cannot find. It says whether
// there was any.
func (e *engine) forget(h helm, name string, all []*object) (bool, error) {
	lost := map[string]bool{}
	for _, o := range all {
		kind := o.GroupVersionKind()
		if _, err := e.lives.mapper.RESTMapping(kind.GroupKind(), kind.Version); meta.IsNoMatchError(err) {
			lost[o.GetAPIVersion()+" "+o.GetKind()] = true
		}
	}
	if len(lost) == 0 {
		return false, nil
	}
	record, err := h.last(name)
	if err != nil || record == nil {
		return false, err
	}
	rest, err := render.Without(record.Manifest, func(version, kind string) bool { return lost[version+" "+kind] })
	if err != nil || rest == record.Manifest {
		return false, err
	}
	record.Manifest = rest
	return true, h.config.Releases.Update(record)
}

// gone waits until nothing of a release is left. What a workload needs to end
// in peace, such as its database, must not be deleted before it.
func (e *engine) gone(ctx context.Context, r installed, all []*object) error {
	for deadline := time.Now().Add(e.Timeout); ; {
		rest, err := e.remains(ctx, r, all)
		if err == nil && rest == "" {
			return nil
		}
		if err != nil && !transient(err) {
			return err
		}
		if time.Now().After(deadline) {
			return fault.New(fault.Failed, fmt.Sprintf("%s is still there %s after it was deleted", rest, e.Timeout),
				fmt.Sprintf("kubectl -n %s get %s -o jsonpath='{.metadata.finalizers}'", r.namespace, rest))
		}
		e.tell(progress.Event{Step: releaseName(r.name), State: progress.Settling, Reason: rest + " is ending"})
		if err := sleep(ctx, glance); err != nil {
			return err
		}
	}
}

// remains names one object or pod of a release that is still there.
func (e *engine) remains(ctx context.Context, r installed, all []*object) (string, error) {
	s := releaseStep{release: plan.Release{Name: r.name, Namespace: r.namespace}}
	for _, o := range all {
		found, err := e.in(r.namespace).find(ctx, refOf(o))
		if meta.IsNoMatchError(err) {
			continue // Its CRD is gone, and all of its kind with it.
		}
		if err != nil {
			return "", err
		}
		if found != nil && s.owns(found) && !kept(o) {
			return refOf(found).String(), nil
		}
	}
	stays, err := e.keptAmong(ctx, r.namespace, all)
	if err != nil {
		return "", err
	}
	pods, err := e.in(r.namespace).list(ctx, core("pods"), "app.kubernetes.io/instance="+r.name)
	for _, p := range pods {
		if slices.ContainsFunc(p.GetOwnerReferences(), func(o metav1.OwnerReference) bool { return stays[o.UID] }) {
			continue
		}
		return "pod/" + p.GetName(), err
	}
	return "", err
}
