package deploy

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// podID is one pod, and not another that took its name later.
type podID struct {
	namespace, name string
	uid             types.UID
}

// stuck are pods that would stand in the way of a recovery.
//
// A StatefulSet waits for a pod of its earlier revision to become ready before
// it replaces it, so a bad image would outlive its own correction. And a pod
// that an earlier run left in back-off tries again after minutes only, though
// running the install again says that the cause is thought to be mended.
func (v view) stuck() []podID {
	var pods []podID
	for _, p := range v.pods {
		if p.DeletionTimestamp == nil && (v.outdated(p) && (p.Spec.NodeName == "" || backsOff(p)) || v.inherited(p) && backsOff(p)) {
			pods = append(pods, podID{p.Namespace, p.Name, p.UID})
		}
	}
	return pods
}

// outdated reports whether the pod is of an earlier revision of its
// StatefulSet.
func (v view) outdated(p corev1.Pod) bool {
	for _, o := range v.workloads {
		owns := slices.ContainsFunc(p.OwnerReferences, func(r ownerReference) bool { return r.UID == o.GetUID() })
		if o.GetKind() != "StatefulSet" || !owns {
			continue
		}
		current, _, err := unstructured.NestedString(o.Object, "status", "updateRevision")
		seen, _, seenErr := unstructured.NestedInt64(o.Object, "status", "observedGeneration")
		known := err == nil && seenErr == nil && current != "" && seen == o.GetGeneration()
		return known && p.Labels[appsv1.ControllerRevisionHashLabelKey] != current
	}
	return false
}

// backsOff reports whether the kubelet waits before it tries a container
// again.
func backsOff(p corev1.Pod) bool {
	return slices.ContainsFunc(slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses), func(c corev1.ContainerStatus) bool {
		w := c.State.Waiting
		return w != nil && w.Reason != "" && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing"
	})
}
