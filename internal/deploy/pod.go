package deploy

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type ownerReference = metav1.OwnerReference

// crashes is how many restarts prove that a container will not come up.
const crashes = 3

// pod says why one pod is not ready.
func (v view) pod(p corev1.Pod) []Trouble {
	t := Trouble{Object: "pod/" + p.Name, Hint: fmt.Sprintf("kubectl -n %s describe pod %s", p.Namespace, p.Name)}
	if p.DeletionTimestamp != nil {
		t.Says = "is ending"
		return []Trouble{t}
	}
	if p.Status.Phase == corev1.PodSucceeded || podReady(p) {
		return nil
	}
	if p.Spec.NodeName == "" {
		return append(v.unbound(p), v.unscheduled(p, t))
	}
	for i, c := range p.Status.InitContainerStatuses {
		if found, ok := v.container(p, c, t); ok {
			return []Trouble{found}
		}
		if sidecar := i < len(p.Spec.InitContainers) && p.Spec.InitContainers[i].RestartPolicy != nil; c.State.Running != nil && !sidecar {
			t.Says = fmt.Sprintf("runs its init container %s, %d of %d", c.Name, i+1, len(p.Spec.InitContainers))
			return []Trouble{t}
		}
	}
	for _, c := range p.Status.ContainerStatuses {
		if found, ok := v.container(p, c, t); ok {
			return []Trouble{found}
		}
	}
	return []Trouble{v.starting(p, t)}
}

func podReady(p corev1.Pod) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// container says what keeps one container from running.
func (v view) container(p corev1.Pod, c corev1.ContainerStatus, t Trouble) (Trouble, bool) {
	if end := c.State.Terminated; end != nil && end.ExitCode != 0 {
		t.Says, t.Pod, t.In = fmt.Sprintf("ended: container %s, exit code %d%s", c.Name, end.ExitCode, because(end)), p.Name, c.Name
		return t, true
	}
	w := c.State.Waiting
	if w == nil {
		return t, false
	}
	switch w.Reason {
	case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable", "ImageInspectError":
		return v.image(p, c, t), true
	case "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
		t.Says, t.Detail, t.Fatal, t.After = fmt.Sprintf("cannot start container %s", c.Name), w.Message, true, 2*soon
		return t, true
	case "CrashLoopBackOff":
		t.Says, t.Pod, t.In = fmt.Sprintf("crashes: container %s was restarted %d times", c.Name, c.RestartCount), p.Name, c.Name
		if end := c.LastTerminationState.Terminated; end != nil {
			t.Says += fmt.Sprintf(", exit code %d%s", end.ExitCode, because(end))
		}
		t.Fatal = c.RestartCount >= crashes
		t.Hint = fmt.Sprintf("kubectl -n %s logs %s -c %s --previous", p.Namespace, p.Name, c.Name)
		return t, true
	}
	return t, false
}

// because adds the kubelet's reason where the exit code does not tell all.
func because(end *corev1.ContainerStateTerminated) string {
	if end.Reason == "" || end.Reason == "Error" {
		return ""
	}
	return " (" + end.Reason + ")"
}

// unbound says which claims of the pod have no volume, and why.
func (v view) unbound(p corev1.Pod) []Trouble {
	var all []Trouble
	for _, volume := range p.Spec.Volumes {
		if volume.PersistentVolumeClaim == nil {
			continue
		}
		name := volume.PersistentVolumeClaim.ClaimName
		claim, ok := v.claims[name]
		if ok && claim.Status.Phase == corev1.ClaimBound {
			continue
		}
		t := Trouble{Object: "pvc/" + name, Says: "has no volume yet", Hint: fmt.Sprintf("kubectl -n %s describe pvc %s", p.Namespace, name)}
		if !ok {
			t.Says = "does not exist"
		}
		if e, ok := v.last("PersistentVolumeClaim", name, "ProvisioningFailed", "FailedBinding"); ok {
			t.Says, t.Detail, t.Fatal, t.After = "gets no volume", e.Message, !v.old(e), slowly
			t.Hint = "kubectl get storageclass   # --set storage.class=… names one"
		}
		all = append(all, t)
	}
	return all
}

// unscheduled says why the pod has no node.
func (v view) unscheduled(p corev1.Pod, t Trouble) Trouble {
	t.Says = "waits for a node"
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable {
			if strings.Contains(c.Message, "unbound immediate PersistentVolumeClaims") {
				t.Says = "waits for its volume" // What keeps the volume is told by its claim.
				return t
			}
			t.Says, t.Detail, t.Fatal, t.After = "fits on no node", unschedulable(c.Message), true, nodes
			t.Hint = "kubectl describe nodes"
		}
	}
	if e, ok := v.last("Pod", p.Name, "TriggeredScaleUp", "Nominated"); ok {
		t.Says, t.Detail, t.Fatal = "waits for a new node", e.Message, false
	}
	return t
}

// starting is about a pod that has a node and no trouble: it takes its time.
func (v view) starting(p corev1.Pod, t Trouble) Trouble {
	if e, ok := v.last("Pod", p.Name, "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"); ok && p.Status.Phase == corev1.PodPending && !v.old(e) {
		t.Says, t.Detail, t.Fatal, t.After = "cannot be set up on its node", e.Message, true, nodes
		return t
	}
	if p.Status.Phase == corev1.PodRunning {
		t.Says = "runs and is not ready yet"
		for _, c := range p.Status.ContainerStatuses {
			if c.RestartCount > 0 {
				t.Says = fmt.Sprintf("runs and is not ready yet: container %s was restarted %d times", c.Name, c.RestartCount)
			}
		}
		if e, ok := v.last("Pod", p.Name, "Unhealthy"); ok {
			t.Detail = e.Message
		}
		for _, c := range p.Status.ContainerStatuses {
			if !c.Ready {
				t.Pod, t.In = p.Name, c.Name
			}
		}
		return t
	}
	t.Says = "is being started"
	if e, ok := v.last("Pod", p.Name); ok && e.Reason == "Pulling" {
		t.Says = "pulls " + strings.Trim(after(e.Message, "Pulling image "), `"`)
	}
	return t
}
