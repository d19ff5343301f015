package deploy

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/secret"
)

// reader is a workload of the platform that reads a secret.
type reader struct {
	kind     string // job, statefulset or deployment
	name     string
	release  int // its place in the plan
	resource schema.GroupVersionResource
	job      *batchv1.Job
}

// restart starts everything again that reads a secret, one after the other:
// releases in the order of the install; in each of them Jobs first, since ours
// set passwords in databases, then what keeps data, then the rest.
func (e *engine) restart(ctx context.Context, ref secret.Ref) error {
	if ref.User != "" {
		if err := e.basicAuthOf(ctx, ref); err != nil {
			return err
		}
	}
	all, err := e.readers(ctx, ref)
	if err != nil {
		return err
	}
	for _, r := range all {
		e.tell(progress.Event{Step: "restart/" + r.name, Title: "Start " + r.kind + "/" + r.name + " again", State: progress.Waiting})
	}
	for _, r := range all {
		step := "restart/" + r.name
		e.tell(progress.Event{Step: step, State: progress.Running})
		if err := e.again(ctx, r); err != nil {
			e.tell(progress.Event{Step: step, State: progress.Failed, Reason: firstLine(err)})
			return fault.Wrap(err, fault.Partial, fmt.Sprintf("%s/%s did not start again", r.kind, r.name),
				fmt.Sprintf("sparkwiz secrets restart %s/%s   # goes through all of them again", ref.Secret, ref.Key))
		}
		e.tell(progress.Event{Step: step, State: progress.Done})
	}
	return nil
}

// readers are the plan's workloads that read a secret, in the order in which
// they start again.
func (e *engine) readers(ctx context.Context, ref secret.Ref) ([]reader, error) {
	apps, client := e.Cluster.Client.AppsV1(), e.Cluster.Client
	var all []reader
	add := func(kind string, at schema.GroupVersionResource, meta metav1.ObjectMeta, pod corev1.PodSpec, job *batchv1.Job) {
		release := slices.IndexFunc(e.Plan.Releases, func(r plan.Release) bool { return r.Name == meta.Annotations[releaseAnnotation] })
		if release >= 0 && reads(pod, ref) {
			all = append(all, reader{kind, meta.Name, release, at, job})
		}
	}
	jobs, err := client.BatchV1().Jobs(e.Plan.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, j := range jobs.Items {
		add("job", schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}, j.ObjectMeta, j.Spec.Template.Spec, &j)
	}
	sets, err := apps.StatefulSets(e.Plan.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, s := range sets.Items {
		add("statefulset", schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "statefulsets"}, s.ObjectMeta, s.Spec.Template.Spec, nil)
	}
	deployments, err := apps.Deployments(e.Plan.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, d := range deployments.Items {
		add("deployment", schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, d.ObjectMeta, d.Spec.Template.Spec, nil)
	}
	order := []string{"job", "statefulset", "deployment"}
	slices.SortStableFunc(all, func(a, b reader) int {
		return cmp.Or(cmp.Compare(a.release, b.release), cmp.Compare(slices.Index(order, a.kind), slices.Index(order, b.kind)), cmp.Compare(a.name, b.name))
	})
	return all, nil
}

// again starts one workload again and waits until it is as it should be.
func (e *engine) again(ctx context.Context, r reader) error {
	if r.job != nil {
		if err := e.rerun(ctx, r); err != nil {
			return err
		}
	} else if err := e.roll(ctx, r.resource, r.name); err != nil {
		return err
	}
	deadline := time.Now().Add(e.Timeout)
	for {
		done, err := e.rolled(ctx, r.resource, r.name)
		if err != nil && !transient(err) {
			return err
		}
		if done {
			return nil
		}
		if time.Now().After(deadline) {
			return fault.New(fault.Failed, fmt.Sprintf("%s/%s is not ready after %s", r.kind, r.name, e.Timeout), fmt.Sprintf("kubectl -n %s describe %s %s", e.Plan.Namespace, r.kind, r.name))
		}
		if err := sleep(ctx, glance); err != nil {
			return err
		}
	}
}

// roll marks a workload's pods as out of date.
func (e *engine) roll(ctx context.Context, at schema.GroupVersionResource, name string) error {
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{restartedAt: stamp()}},
	}}})
	if err != nil {
		return err
	}
	_, err = e.dynamic.Resource(at).Namespace(e.Plan.Namespace).Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: manager})
	return err
}

// rolled reports whether a workload has come to rest.
func (e *engine) rolled(ctx context.Context, at schema.GroupVersionResource, name string) (bool, error) {
	o, err := e.dynamic.Resource(at).Namespace(e.Plan.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return false, err
	}
	done, trouble, err := settled(o)
	if err == nil && !done && trouble.Fatal && o.GetKind() == "Job" {
		return false, explain(trouble, nil, nil)
	}
	return done, err
}

// rerun makes a finished Job once more: its template cannot be changed, and
// another name would be no object of the release.
func (e *engine) rerun(ctx context.Context, r reader) error {
	jobs := e.Cluster.Client.BatchV1().Jobs(e.Plan.Namespace)
	foreground := metav1.DeletePropagationForeground
	only := metav1.DeleteOptions{PropagationPolicy: &foreground, Preconditions: &metav1.Preconditions{UID: &r.job.UID}}
	if err := jobs.Delete(ctx, r.name, only); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	if err := e.untilGone(ctx, "job/"+r.name, func() error {
		_, err := jobs.Get(ctx, r.name, metav1.GetOptions{})
		return err
	}); err != nil {
		return err
	}
	_, err := jobs.Create(ctx, fresher(r.job), metav1.CreateOptions{FieldManager: manager})
	return err
}

// fresher is a Job as it was before Kubernetes wrote its own into it.
func fresher(j *batchv1.Job) *batchv1.Job {
	own := []string{"controller-uid", "job-name", batchv1.ControllerUidLabel, batchv1.JobNameLabel}
	fresh := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: j.Name, Namespace: j.Namespace, Labels: j.Labels, Annotations: j.Annotations}, Spec: *j.Spec.DeepCopy()}
	fresh.Spec.Selector = nil
	for _, label := range own {
		delete(fresh.Spec.Template.Labels, label)
	}
	return fresh
}
