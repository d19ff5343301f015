package fleetjob

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/verify"
)

// patience is how long the cluster may refuse pods, as a quota does, before
// that is an error; nothing of the Job runs meanwhile.
const patience = 2 * time.Minute

// follow looks at a Job until it has ended. A look that fails says so and is
// repeated: the Job does not depend on it.
func (r *run) follow(ctx context.Context, job *batchv1.Job, step, title string) (*batchv1.Job, error) {
	begun, moved := time.Now(), time.Now()
	r.failed = map[string]bool{}
	say := func(e progress.Event) { r.say(e, step, title) }
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		seen, pods, err := r.look(ctx, job.Name)
		switch {
		case ctx.Err() != nil:
			return job, ctx.Err()
		case err == nil:
			if job = seen; over(job) {
				r.ended(job, step, title, time.Since(begun))
				return job, nil
			}
			e, lasts := r.stand(ctx, job, pods, say)
			say(e)
			if e.State == progress.Running {
				moved = time.Now()
			}
			if lasts || time.Since(moved) > patience && len(pods) == 0 {
				return job, r.fail(e, step, title)
			}
		case apierrors.IsNotFound(err) || fault.KindOf(r.c.Trouble(err)) == fault.Denied:
			return nil, err
		default:
			say(progress.Event{State: progress.Settling, Reason: "looking again: " + r.c.Trouble(err).Error()})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return job, ctx.Err()
		}
	}
}

func (r *run) look(ctx context.Context, name string) (*batchv1.Job, []corev1.Pod, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	job, err := r.c.Client.BatchV1().Jobs(r.p.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, nil, err
	}
	pods, err := r.pods(ctx, name)
	return job, pods, err
}

// stand is how a Job stands, from one look. It also tells each pod that failed,
// once. lasts: nothing will change without somebody's help.
func (r *run) stand(ctx context.Context, job *batchv1.Job, pods []corev1.Pod, say func(progress.Event)) (e progress.Event, lasts bool) {
	e = progress.Event{State: progress.Running}
	done := fmt.Sprintf("%d of %d done", job.Status.Succeeded, *job.Spec.Completions)
	slices.SortFunc(pods, func(a, b corev1.Pod) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), strings.Compare(a.Name, b.Name))
	})
	working := 0
	var pending []corev1.Pod
	for _, pod := range pods {
		switch pod.Status.Phase { //nolint:exhaustive // the others are over or unknown
		case corev1.PodRunning:
			working++
		case corev1.PodPending:
			pending = append(pending, pod)
		case corev1.PodFailed:
			if !r.failed[pod.Name] {
				r.failed[pod.Name] = true
				told := e
				told.Reason = failure(pod)
				say(told)
			}
		}
	}
	if working > 0 {
		e.Reason = fmt.Sprintf("%s, %d at work", done, working)
		if n := max(len(r.failed), int(job.Status.Failed)); n > 0 {
			e.Reason += ", " + again(n)
		}
		return e, false
	}
	events := r.events(ctx)
	for _, pod := range pending {
		why, stays, image := verify.Waiting(pod, events)
		if why == "" {
			continue
		}
		e.State, e.Reason = progress.Settling, done+", "+why
		if image {
			e.Hint = "sparkwiz images push " + cmp.Or(r.p.Spec.Images.Registry, "REGISTRY") + " sparkwiz   # or: sparkwiz images load sparkwiz; after: sparkwiz images build sparkwiz"
		}
		return e, stays
	}
	e.Reason = done
	if len(pods) == 0 {
		e.State = progress.Settling
		for _, event := range events {
			if event.InvolvedObject.Name == job.Name {
				e.Reason = event.Reason + ": " + event.Message
			}
		}
	}
	return e, false
}

// again counts pods that failed. The Job counts also those that were deleted,
// which no look may have seen.
func again(n int) string {
	if n == 1 {
		return "1 pod failed, its shard is tried again"
	}
	return fmt.Sprintf("%d pods failed, their shards are tried again", n)
}

// failure says which shard a pod that failed was for, and how it ended.
func failure(pod corev1.Pod) string {
	what := pod.Name + " failed"
	if index := pod.Annotations[batchv1.JobCompletionIndexAnnotation]; index != "" {
		what = "shard " + index + " failed"
	}
	for _, s := range pod.Status.ContainerStatuses {
		if t := s.State.Terminated; t != nil {
			return strings.TrimSuffix(fmt.Sprintf("%s with exit code %d, %s", what, t.ExitCode, t.Reason), ", ")
		}
	}
	return strings.TrimSuffix(what+": "+cmp.Or(pod.Status.Reason, pod.Status.Message), ": ")
}

func (r *run) ended(job *batchv1.Job, step, title string, took time.Duration) {
	e := progress.Event{State: progress.Done, Took: took}
	if n := int(job.Status.Failed); n > 0 {
		e.Output = fmt.Sprintf("tried again after %d failed", n)
	}
	if why := condition(job, batchv1.JobFailed); why.Type != "" {
		e.State, e.Reason = progress.Failed, why.Message
	}
	r.say(e, step, title)
}

func (r *run) fail(e progress.Event, step, title string) error {
	hint := e.Hint
	if hint == "" {
		hint = r.kubectl("get events --field-selector type=Warning")
	}
	why := cmp.Or(e.Reason, "no pod was made")
	e.State = progress.Failed
	r.say(e, step, title)
	return fault.New(fault.Failed, fmt.Sprintf("%q does not get on: %s", title, why), hint)
}

// say tells how a step stands, when it stands differently.
func (r *run) say(e progress.Event, step, title string) {
	e.Step, e.Title = "fleet/"+step, title
	if e == r.said {
		return
	}
	r.said = e
	e.Time = time.Now()
	r.observe(e)
}
