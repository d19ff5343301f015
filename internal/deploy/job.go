package deploy

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// job is stricter than kstatus, which is content when a Job has begun: what
// comes after needs what it makes.
func job(o *object, trouble Trouble) (bool, Trouble, error) {
	conditions, _, err := unstructured.NestedSlice(o.Object, "status", "conditions")
	if err != nil {
		return false, trouble, err
	}
	for _, c := range conditions {
		c, ok := c.(map[string]any)
		if !ok || c["status"] != "True" {
			continue
		}
		switch c["type"] {
		case "Complete":
			return true, trouble, nil
		case "Failed":
			trouble.Says, trouble.Fatal = fmt.Sprintf("failed: %v", c["message"]), true
			return false, trouble, nil
		}
	}
	trouble.Says = "has not ended yet"
	return false, trouble, nil
}

// witness adds to the failure of a Job what its newest pod had to say.
func (v view) witness(t Trouble) Trouble {
	for _, o := range v.workloads {
		if !t.Fatal || t.Object != refOf(o).String() {
			continue
		}
		newest := metav1.Time{}
		for _, p := range v.pods {
			owned := slices.ContainsFunc(p.OwnerReferences, func(r ownerReference) bool { return r.UID == o.GetUID() })
			if !owned || p.CreationTimestamp.Before(&newest) {
				continue
			}
			for _, said := range v.pod(p) {
				if said.Pod != "" {
					t.Pod, t.In, t.Detail, newest = said.Pod, said.In, said.Object+" "+said.Says, p.CreationTimestamp
					t.Hint = fmt.Sprintf("kubectl -n %s logs %s -c %s", p.Namespace, said.Pod, said.In)
				}
			}
		}
	}
	return t
}

// hasFailed reports whether a Job has used up its attempts. It never runs
// again by itself, so only a new one of the same name helps.
func hasFailed(o *object) bool {
	if o.GetKind() != "Job" {
		return false
	}
	_, trouble, err := job(o, Trouble{})
	return err == nil && trouble.Fatal
}

// bury deletes Jobs of ours that have failed, so that the upgrade makes them
// anew.
func (s releaseStep) bury(ctx context.Context, w *World) error {
	planned, err := s.planned(w)
	if err != nil {
		return err
	}
	there, err := s.present(ctx, w, planned)
	if err != nil {
		return err
	}
	for r, o := range there {
		if !hasFailed(o) || !s.owns(o) {
			continue
		}
		uid, background := o.GetUID(), metav1.DeletePropagationBackground
		err := w.Cluster.Client.BatchV1().Jobs(s.release.Namespace).Delete(ctx, r.name,
			metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}, PropagationPolicy: &background})
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	return nil
}
