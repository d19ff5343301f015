package deploy

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// view is what there is to know about workloads that are not ready.
type view struct {
	workloads   []*object
	replicaSets []appsv1.ReplicaSet // the newest of each Deployment among them
	pods        []corev1.Pod
	claims      map[string]corev1.PersistentVolumeClaim
	events      []corev1.Event // oldest first
	old         func(corev1.Event) bool
	inherited   func(corev1.Pod) bool
}

func look(ctx context.Context, w *World, namespace string, workloads []*object) (view, error) {
	here := w.in(namespace)
	v := view{workloads: workloads, claims: map[string]corev1.PersistentVolumeClaim{}, old: w.old, inherited: w.inherited}
	sets, err := typed[appsv1.ReplicaSet](ctx, here, appsv1.SchemeGroupVersion.WithResource("replicasets"), "")
	if err != nil {
		return v, err
	}
	all, err := typed[corev1.Pod](ctx, here, core("pods"), notExecutors)
	if err != nil {
		return v, err
	}
	claims, err := typed[corev1.PersistentVolumeClaim](ctx, here, core("persistentvolumeclaims"), "")
	if err != nil {
		return v, err
	}
	if v.events, err = typed[corev1.Event](ctx, here, core("events"), ""); err != nil {
		return v, err
	}
	for _, c := range claims {
		v.claims[c.Name] = c
	}
	slices.SortFunc(v.events, func(a, b corev1.Event) int { return kube.Seen(a).Compare(kube.Seen(b)) })
	v.own(sets, all)
	return v, nil
}

// own keeps the pods that belong to the workloads, through the newest
// ReplicaSet of each Deployment: the pods of an older one are on their way
// out, and say nothing about what was just installed.
func (v *view) own(sets []appsv1.ReplicaSet, all []corev1.Pod) {
	owners := map[types.UID]bool{}
	newest := map[types.UID]appsv1.ReplicaSet{}
	for _, o := range v.workloads {
		owners[o.GetUID()] = true
	}
	for _, rs := range sets {
		for _, o := range rs.OwnerReferences {
			if old, ok := newest[o.UID]; owners[o.UID] && (!ok || revision(rs) > revision(old)) {
				newest[o.UID] = rs
			}
		}
	}
	for _, rs := range newest {
		owners[rs.UID] = true
	}
	v.replicaSets = slices.Collect(maps.Values(newest))
	for _, p := range all {
		for _, o := range p.OwnerReferences {
			if owners[o.UID] {
				v.pods = append(v.pods, p)
			}
		}
	}
	slices.SortFunc(v.pods, func(a, b corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
}

func revision(rs appsv1.ReplicaSet) int {
	n, err := strconv.Atoi(rs.Annotations["deployment.kubernetes.io/revision"])
	if err != nil {
		return 0
	}
	return n
}
