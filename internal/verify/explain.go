package verify

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// obstacle is why a pod does not run yet.
type obstacle struct {
	why   string
	lasts bool // it will not run without somebody's help
	image bool // it is the image's fault
}

// hint is the remedy for an obstacle that lasts.
func (o obstacle) hint(p plan.Plan) string {
	if o.image {
		return "--set images.registry=…   # a registry that has it and that the nodes reach"
	}
	return kubectl(p, "get events --field-selector type=Warning")
}

// stuck reports whether time does not heal what a container waits for. A
// first ErrImagePull it may; the back-off means that it did not.
func stuck(reason string) bool {
	switch reason {
	case "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
		return true
	}
	return false
}

// waiting says why a pod does not run, from its status and its latest
// warning; the zero value means that it runs or has run.
func waiting(pod corev1.Pod, events []corev1.Event) obstacle {
	if pod.Status.Phase != corev1.PodPending {
		return obstacle{}
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			// What follows is about evicting others, which no platform of ours asks for.
			said, _, _ := strings.Cut(c.Message, " preemption:")
			said, _, _ = strings.Cut(said, " no new claims")
			return obstacle{why: "no node takes it: " + strings.TrimRight(said, " .")}
		}
	}
	warning := latest(pod.Name, events)
	for _, c := range pod.Status.ContainerStatuses {
		w := c.State.Waiting
		if w == nil || w.Reason == "ContainerCreating" || w.Reason == "PodInitializing" {
			continue
		}
		said := strings.TrimSpace(w.Message)
		if strings.Contains(w.Reason, "Image") {
			return obstacle{why: fmt.Sprintf("image %s: %s", c.Image, pull(said+" "+warning)), lasts: stuck(w.Reason), image: true}
		}
		return obstacle{why: strings.TrimSuffix(w.Reason+": "+said, ": "), lasts: stuck(w.Reason)}
	}
	if warning != "" {
		return obstacle{why: warning}
	}
	return obstacle{why: "the container is being created"}
}

// Waiting is the same for whoever else runs pods on a platform: why, whether
// it lasts until somebody helps, and whether it is the image's fault.
func Waiting(pod corev1.Pod, events []corev1.Event) (why string, lasts, image bool) {
	o := waiting(pod, events)
	return o.why, o.lasts, o.image
}

// pull sorts what the container runtime said about an image into what people
// can do something about.
func pull(said string) string {
	lower := strings.ToLower(said)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(lower, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("toomanyrequests", "429", "rate limit"):
		return "the registry limits how often you may pull"
	case has("x509", "tls:", "certificate"):
		return "the registry's certificate is not trusted by the node"
	case has("no such host", "server misbehaving", "name resolution"):
		return "the node cannot resolve the registry's name"
	case has("not found", "manifest unknown", "notfound"):
		return "not found"
	case has("unauthorized", "denied", "authentication", "forbidden"):
		return "the registry wants other credentials, or has no such image"
	case has("timeout", "refused", "unreachable", "deadline"):
		return "the node does not reach the registry"
	case has("neverpull"):
		return "not on the node, and pulling is forbidden"
	}
	return strings.TrimSpace(said)
}

// latest is the newest warning about an object.
func latest(name string, events []corev1.Event) string {
	var newest corev1.Event
	for _, e := range events {
		if e.InvolvedObject.Name == name && e.Type == corev1.EventTypeWarning && !kube.Seen(e).Before(kube.Seen(newest)) {
			newest = e
		}
	}
	return strings.TrimSuffix(newest.Reason+": "+newest.Message, ": ")
}

// ended says why a pod that has ended did, when it was not its program's own
// decision.
func ended(pod corev1.Pod) string {
	for _, c := range pod.Status.ContainerStatuses {
		if t := c.State.Terminated; t != nil && t.Reason == "OOMKilled" {
			return fmt.Sprintf("it needed more than its memory limit of %s", pod.Spec.Containers[0].Resources.Limits.Memory())
		}
	}
	return strings.TrimSuffix(pod.Status.Reason+": "+pod.Status.Message, ": ")
}
