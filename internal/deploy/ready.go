package deploy

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// notExecutors selects the pods that a release is waited for. Executors come
// and go with the queries, and there may be thousands.
const notExecutors = "spark-role!=executor"

// Ready looks at every object of the release once, and at pods and events
// only if something is not ready.
func (s releaseStep) Ready(ctx context.Context, w *World) (Readiness, error) {
	planned, err := s.planned(w)
	if err != nil {
		return Readiness{}, err
	}
	there, err := s.present(ctx, w, planned)
	if err != nil {
		return Readiness{}, err
	}
	r := Readiness{Done: true}
	var waiting []*object
	clocked := byTheClock(planned)
	for _, o := range planned {
		found := there[refOf(o)]
		if found == nil {
			if !vanishes(o) {
				r.Done = false
				r.Troubles = append(r.Troubles, Trouble{Object: refOf(o).String(), Says: "is not there"})
			}
			continue
		}
		ready, want := pods(found)
		r.Ready, r.Want = r.Ready+ready, r.Want+want
		done, trouble, err := settled(found)
		if err != nil {
			return Readiness{}, fmt.Errorf("%s: %w", refOf(found), err)
		}
		switch {
		case emptied(o, found):
			done, trouble.Says = false, "was scaled to 0"
		case o.GetKind() == "Deployment" && clocked[o.GetName()]:
			why, late := rests(found, w.Plan.Spec.Scaling, time.Now())
			if why != "" {
				r.Rests = why
			}
			if late != nil {
				done, trouble = false, *late
			}
		}
		if !done {
			r.Done = false
			waiting = append(waiting, found)
			r.Troubles = append(r.Troubles, trouble)
		}
	}
	if len(waiting) == 0 {
		return r, nil
	}
	v, err := look(ctx, w, s.release.Namespace, waiting)
	if err != nil {
		return Readiness{}, err
	}
	for i, t := range r.Troubles {
		r.Troubles[i] = v.witness(t)
	}
	r.Troubles = worstFirst(append(v.troubles(), r.Troubles...))
	r.Stuck = v.stuck()
	return r, nil
}

// settled reports whether an object has come to rest as it should be.
func settled(o *object) (bool, Trouble, error) {
	trouble := Trouble{Object: refOf(o).String()}
	if o.GetKind() == "Job" {
		return job(o, trouble)
	}
	if o.GroupVersionKind().Group == cnpg {
		return operated(o, trouble)
	}
	if o.GroupVersionKind().Group == keda {
		return scaled(o, trouble)
	}
	if fills(o) {
		return filled(o, trouble)
	}
	result, err := status.Compute(o)
	if err != nil {
		return false, trouble, err
	}
	trouble.Says = result.Message
	if result.Status == status.FailedStatus {
		// A Deployment keeps the mark of a deadline it once missed until its
		// pods move again, so a rerun must give it time.
		trouble.Fatal, trouble.After = true, slowly
	}
	return result.Status == status.CurrentStatus, trouble, nil
}

// pods counts what a workload has and wants.
func pods(o *object) (ready, want int) {
	number := func(fallback int64, path ...string) int {
		n, ok, err := unstructured.NestedInt64(o.Object, path...)
		if err != nil || !ok {
			n = fallback
		}
		return int(n)
	}
	switch o.GetKind() {
	case "Deployment", "StatefulSet":
		want = number(1, "spec", "replicas")
		ready = number(0, "status", "readyReplicas")
	case "DaemonSet":
		want = number(0, "status", "desiredNumberScheduled")
		ready = number(0, "status", "numberReady")
	}
	return min(ready, want), want
}
