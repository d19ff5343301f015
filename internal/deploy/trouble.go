package deploy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Trouble is one reason why something is not ready.
type Trouble struct {
	Object string // as kubectl writes it, e.g. pod/postgresql-0
	Says   string // follows the object: "waits for a node"
	Detail string // evidence, in the cluster's own words
	Hint   string // a command to paste
	Fatal  bool   // waiting longer is pointless,
	After  time.Duration
	Pod    string // whose container's log has more to say; empty: none
	In     string // the container
}

// How long a fatal trouble must last before it is believed, by our own clock:
// some mend themselves within a retry of the kubelet or a controller.
const (
	soon   = 10 * time.Second
	slowly = 40 * time.Second
	nodes  = 60 * time.Second // a node may be about to become free
)

// key tells whether a trouble is still the same one: an object's name says
// too little, and its counters change.
func (t Trouble) key() string {
	says, _, _ := strings.Cut(t.Says, " was restarted ")
	return t.Object + " " + says
}

func (t Trouble) String() string {
	if t.Detail == "" {
		return t.Object + " " + t.Says
	}
	return fmt.Sprintf("%s %s: %s", t.Object, t.Says, t.Detail)
}

// worstFirst sorts what is beyond hope before what only takes its time, and
// keeps the order otherwise: what is told first is nearest to the cause.
func worstFirst(all []Trouble) []Trouble {
	rank := func(t Trouble) int {
		if t.Fatal {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b Trouble) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

// troubles says why the workloads are not ready, causes before their effects:
// no claim, hence no node; no pod at all; a container that does not start.
func (v view) troubles() []Trouble {
	var all []Trouble
	for _, p := range v.pods {
		all = append(all, v.pod(p)...)
	}
	return append(v.creation(), all...)
}

// creation says why pods are not even made: the API server refuses them.
func (v view) creation() []Trouble {
	var all []Trouble
	for _, rs := range v.replicaSets {
		for _, c := range rs.Status.Conditions {
			if c.Type == "ReplicaFailure" && c.Status == corev1.ConditionTrue {
				all = append(all, refused("replicaset/"+rs.Name, rs.Namespace, c.Message))
			}
		}
	}
	// StatefulSets, DaemonSets and Jobs say it in events only, which outlive
	// their cause: one that was there before this run began proves nothing.
	for _, o := range v.workloads {
		if e, ok := v.last(o.GetKind(), o.GetName(), "FailedCreate"); ok && !v.old(e) && !v.has(o) {
			all = append(all, refused(refOf(o).String(), o.GetNamespace(), e.Message))
		}
	}
	return all
}

// has reports whether the workload has any pod.
func (v view) has(o *object) bool {
	return slices.ContainsFunc(v.pods, func(p corev1.Pod) bool {
		return slices.ContainsFunc(p.OwnerReferences, func(r ownerReference) bool { return r.UID == o.GetUID() })
	})
}

// refused explains a pod that admission does not let in.
func refused(object, namespace, message string) Trouble {
	t := Trouble{
		Object: object, Fatal: true, After: soon, Detail: message,
		Says: "may not make its pods", Hint: fmt.Sprintf("kubectl -n %s describe %s", namespace, object),
	}
	switch {
	case strings.Contains(message, "exceeded quota"):
		t.Says, t.Detail = "may not make its pods, the quota is used up", quota(message)
		t.Hint = fmt.Sprintf("kubectl -n %s describe resourcequota", namespace)
	case strings.Contains(message, "violates PodSecurity"):
		t.Says, t.Detail = "may not make its pods, they break the namespace's Pod Security", after(message, "violates PodSecurity ")
		t.Hint = fmt.Sprintf("kubectl get namespace %s --show-labels", namespace)
	case strings.Contains(message, "failed calling webhook"):
		t.After = slowly
		t.Says, t.Detail = "may not make its pods, an admission webhook does not answer", after(message, "failed calling webhook ")
		t.Hint = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
	case strings.Contains(message, "per Container"), strings.Contains(message, "per Pod"):
		t.Says, t.Detail = "may not make its pods, a LimitRange forbids their size", after(message, "is forbidden: ")
		t.Hint = fmt.Sprintf("kubectl -n %s describe limitrange", namespace)
	}
	return t
}

// last is the newest event about an object with one of the reasons.
func (v view) last(kind, name string, reasons ...string) (corev1.Event, bool) {
	for _, e := range slices.Backward(v.events) {
		if e.InvolvedObject.Kind == kind && e.InvolvedObject.Name == name && (len(reasons) == 0 || slices.Contains(reasons, e.Reason)) {
			return e, true
		}
	}
	return corev1.Event{}, false
}

// after is what follows a mark, or the whole text.
func after(text, mark string) string {
	if _, rest, ok := strings.Cut(text, mark); ok {
		return rest
	}
	return text
}

// quota turns "exceeded quota: q, requested: pods=1, used: pods=1, limited:
// pods=1" into what people need: the limit and how much is missing.
func quota(message string) string {
	_, rest, _ := strings.Cut(message, "exceeded quota: ")
	name, rest, _ := strings.Cut(rest, ", requested: ")
	requested, rest, _ := strings.Cut(rest, ", used: ")
	used, limited, ok := strings.Cut(rest, ", limited: ")
	if !ok {
		return message
	}
	return fmt.Sprintf("quota %s allows %s, %s is used, one more pod asks for %s", name, limited, used, requested)
}
