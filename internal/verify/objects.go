package verify

import (
	"context"
	"errors"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// create makes the objects of a run: the Job first and suspended, then what
// it owns, then it may begin. A reply that was lost is asked for again.
func create(ctx context.Context, c *kube.Cluster, o objects) error {
	jobs := c.Client.BatchV1().Jobs(o.job.Namespace)
	var job *batchv1.Job
	err := persist(ctx, func() (err error) {
		if job, err = jobs.Create(ctx, o.job, metav1.CreateOptions{}); apierrors.IsAlreadyExists(err) {
			job, err = jobs.Get(ctx, o.job.Name, metav1.GetOptions{})
		}
		return err
	})
	if err != nil {
		return err
	}
	owner := []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))}
	o.script.OwnerReferences, o.policy.OwnerReferences = owner, owner
	for _, write := range []func() error{
		func() error {
			_, err := c.Client.CoreV1().ConfigMaps(job.Namespace).Create(ctx, o.script, metav1.CreateOptions{})
			return err
		},
		func() error {
			_, err := c.Client.NetworkingV1().NetworkPolicies(job.Namespace).Create(ctx, o.policy, metav1.CreateOptions{})
			return err
		},
		func() error {
			_, err := jobs.Patch(ctx, job.Name, types.MergePatchType, []byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
			return err
		},
	} {
		if err := persist(ctx, write); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

// sweep removes what an earlier run left behind when it was killed.
func sweep(ctx context.Context, c *kube.Cluster, namespace string) error {
	var jobs *batchv1.JobList
	err := persist(ctx, func() (err error) {
		jobs, err = c.Client.BatchV1().Jobs(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=" + app})
		return err
	})
	if err != nil {
		return err
	}
	for _, job := range jobs.Items {
		if err := remove(ctx, c, namespace, job.Name); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes the objects of a run; the Job goes last, since everything
// else can be found through it. What is gone already is no error.
func remove(ctx context.Context, c *kube.Cluster, namespace, name string) error {
	background := metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)}
	for _, del := range []func(context.Context, string, metav1.DeleteOptions) error{
		c.Client.NetworkingV1().NetworkPolicies(namespace).Delete,
		c.Client.CoreV1().ConfigMaps(namespace).Delete,
		c.Client.BatchV1().Jobs(namespace).Delete,
	} {
		err := persist(ctx, func() error { return del(ctx, name, background) })
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// persist repeats a call, for about half a minute, until it got an answer.
func persist(ctx context.Context, call func() error) error {
	var last error
	backoff := wait.Backoff{Steps: 8, Duration: 250 * time.Millisecond, Factor: 2, Jitter: 0.2, Cap: 8 * time.Second}
	err := wait.ExponentialBackoffWithContext(ctx, backoff, func(context.Context) (bool, error) {
		last = call()
		if last == nil || !passing(last) {
			return true, last
		}
		return false, nil
	})
	if wait.Interrupted(err) && last != nil && ctx.Err() == nil {
		return last
	}
	return err
}

// passing reports whether an error may be gone a moment later: nobody
// answered, or the server has too much to do.
func passing(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return apierrors.ReasonForError(err) == metav1.StatusReasonUnknown || apierrors.IsTooManyRequests(err) || apierrors.IsInternalError(err) ||
		apierrors.IsServiceUnavailable(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err)
}
