package deploy

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// await waits until a step is ready, says all the while what for, and gives
// up as soon as waiting is pointless.
func (e *engine) await(ctx context.Context, s Step) error {
	deadline := time.Now().Add(e.Timeout)
	until := ", waiting until " + deadline.Format(time.TimeOnly)
	since := map[string]time.Time{}
	for {
		r, err := s.Ready(ctx, e.World)
		told := progress.Event{Step: s.Name(), State: progress.Settling, Ready: r.Ready, Want: r.Want}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !transient(err):
			return err
		case err != nil:
			told.Reason = "reconnecting: " + firstLine(err) + until
		case r.Done:
			e.count(s.Name(), r)
			return nil
		default:
			if len(r.Stuck) == 0 && hopeless(r.Troubles, since, time.Now()) {
				return s.Explain(context.WithoutCancel(ctx), e.World, r)
			}
			if len(r.Troubles) > 0 {
				told.Reason = firstOf(r.Troubles) + until
			}
			if err := e.nudge(ctx, s, r); err != nil && !transient(err) {
				return err
			}
		}
		if time.Now().After(deadline) {
			return e.late(ctx, s, r)
		}
		e.tell(told)
		if err := sleep(ctx, glance); err != nil {
			return err
		}
	}
}

// hopeless reports whether a fatal trouble has lasted as long as it must to be
// believed. since remembers when each was first seen, on our own clock; one
// that went away begins anew. The one that is believed moves to the front.
func hopeless(troubles []Trouble, since map[string]time.Time, now time.Time) bool {
	present := map[string]bool{}
	for i, t := range troubles {
		if !t.Fatal {
			continue
		}
		present[t.key()] = true
		if _, ok := since[t.key()]; !ok {
			since[t.key()] = now
		}
		if now.Sub(since[t.key()]) >= t.After {
			troubles[0], troubles[i] = troubles[i], troubles[0]
			return true
		}
	}
	for k := range since {
		if !present[k] {
			delete(since, k)
		}
	}
	return false
}

// late explains a step whose time is up.
func (e *engine) late(ctx context.Context, s Step, r Readiness) error {
	f := s.Explain(context.WithoutCancel(ctx), e.World, r)
	return fault.New(f.Kind, fmt.Sprintf("not ready after %s: %s", e.Timeout, f.What), f.Hint)
}

func firstOf(troubles []Trouble) string { return brief(troubles[0].String()) }

// nudge deletes pods that stand in the way, so that their owners make new
// ones.
func (e *engine) nudge(ctx context.Context, s Step, r Readiness) error {
	if len(r.Stuck) == 0 {
		return nil
	}
	if err := e.hold(ctx, s.Name()); err != nil {
		return err
	}
	for _, p := range r.Stuck {
		e.tell(progress.Event{Step: s.Name(), State: progress.Settling, Ready: r.Ready, Want: r.Want, Reason: "replacing pod/" + p.name + ", which did not come up"})
		only := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &p.uid}}
		err := e.Cluster.Client.CoreV1().Pods(p.namespace).Delete(ctx, p.name, only)
		if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
			return err
		}
	}
	return nil
}
