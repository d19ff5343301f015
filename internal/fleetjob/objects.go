package fleetjob

import (
	"context"
	"io"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
)

// create makes a Job and its NetworkPolicy, and lets it begin. One of the name
// that has ended is made anew; one that works is joined, if it may be.
func (r *run) create(ctx context.Context, job *batchv1.Job, join bool) (*batchv1.Job, error) {
	jobs := r.c.Client.BatchV1().Jobs(job.Namespace)
	made, err := jobs.Create(ctx, job, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		if made, err = jobs.Get(ctx, job.Name, metav1.GetOptions{}); err == nil && (!join || over(made) || made.DeletionTimestamp != nil) {
			if err = r.remove(ctx, job.Name); err == nil {
				made, err = jobs.Create(ctx, job, metav1.CreateOptions{})
			}
		} else {
			r.joined = true
		}
	}
	if err != nil {
		return nil, err
	}
	if join {
		policy := r.o.policy(r.p, r.store)
		policy.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(made, batchv1.SchemeGroupVersion.WithKind("Job"))}
		policies := r.c.Client.NetworkingV1().NetworkPolicies(job.Namespace)
		if _, err = policies.Create(ctx, policy, metav1.CreateOptions{}); apierrors.IsAlreadyExists(err) {
			// One that an ended Job left would go with it.
			data := []byte(`{"metadata":{"ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","controller":true,"blockOwnerDeletion":true,"name":"` + made.Name + `","uid":"` + string(made.UID) + `"}]}}`)
			_, err = policies.Patch(ctx, policy.Name, types.MergePatchType, data, metav1.PatchOptions{})
		}
		if err != nil {
			return nil, err
		}
	}
	return jobs.Patch(ctx, made.Name, types.MergePatchType, []byte(`{"spec":{"suspend":false}}`), metav1.PatchOptions{})
}

// remove deletes a Job, with its pods and its NetworkPolicy, and waits until
// its name is free. What is gone already is no error.
func (r *run) remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	jobs := r.c.Client.BatchV1().Jobs(r.p.Namespace)
	err := jobs.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)})
	if err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	return wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		_, err := jobs.Get(ctx, name, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
}

// pods are those of a Job.
func (r *run) pods(ctx context.Context, job string) ([]corev1.Pod, error) {
	list, err := r.c.Client.CoreV1().Pods(r.p.Namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// events only explain; without the right to read them there are none.
func (r *run) events(ctx context.Context) []corev1.Event {
	list, err := r.c.Client.CoreV1().Events(r.p.Namespace).List(ctx, metav1.ListOptions{FieldSelector: "type=Warning"})
	if err != nil {
		return nil
	}
	return list.Items
}

func (r *run) log(ctx context.Context, pod string, o *corev1.PodLogOptions) ([]byte, error) {
	stream, err := r.c.Client.CoreV1().Pods(r.p.Namespace).GetLogs(pod, o).Stream(ctx)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	return io.ReadAll(stream)
}

// condition is a Job's, or the zero value.
func condition(job *batchv1.Job, kind batchv1.JobConditionType) batchv1.JobCondition {
	for _, c := range job.Status.Conditions {
		if c.Type == kind && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return batchv1.JobCondition{}
}

// over reports whether a Job has ended.
func over(job *batchv1.Job) bool {
	return condition(job, batchv1.JobComplete).Type != "" || condition(job, batchv1.JobFailed).Type != ""
}
