package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// namespaceStep is the platform's own namespace, or one that a chart of others
// has for itself.
type namespaceStep struct {
	name, platform string
	level          string // of Pod Security
	home           string // the platform's own, which has the lock; empty: this is it
}

// restricted is the level of Pod Security that all our own pods fit.
const restricted = "restricted"

func (s namespaceStep) Name() string  { return "namespace/" + s.name }
func (s namespaceStep) Title() string { return "Namespace " + s.name }

func (s namespaceStep) Needs() []string {
	if s.home == "" {
		return nil
	}
	return []string{namespaceStep{name: s.home}.Name()}
}

// labels are what a namespace of ours has.
func (s namespaceStep) labels() map[string]string {
	labels := ours(s.platform)
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = s.level
	}
	return labels
}

func (s namespaceStep) Observe(ctx context.Context, w *World) (Observed, error) {
	ns, err := w.Cluster.Client.CoreV1().Namespaces().Get(ctx, s.name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return Observed{State: Absent}, nil
	}
	if err != nil {
		return Observed{State: Unknown}, err
	}
	return s.judge(ns), nil
}

func (s namespaceStep) judge(ns *corev1.Namespace) Observed {
	owner := ns.Labels[platformLabel]
	switch {
	case owner != s.platform:
		return s.foreign(owner)
	case ns.Status.Phase == corev1.NamespaceTerminating:
		return Observed{State: Pending, Reason: "it is still being deleted"}
	case ns.Labels[managerLabel] != manager:
		// Handed over to us: it was made by somebody whose Pod Security stands.
		return Observed{State: InSync}
	}
	if missing := s.missing(ns); len(missing) > 0 {
		return Observed{State: Drifted, Reason: "labels are gone: " + strings.Join(slices.Sorted(maps.Keys(missing)), ", ")}
	}
	return Observed{State: InSync}
}

// missing are the labels that are not there. One that has another value was
// chosen by somebody and stays.
func (s namespaceStep) missing(ns *corev1.Namespace) map[string]string {
	labels := s.labels()
	maps.DeleteFunc(labels, func(k, _ string) bool { _, ok := ns.Labels[k]; return ok })
	return labels
}

func (s namespaceStep) foreign(owner string) Observed {
	what := fmt.Sprintf("namespace %s exists and is not sparkwiz's", s.name)
	if owner != "" {
		what = fmt.Sprintf("namespace %s belongs to the platform %s, not to %s", s.name, owner, s.platform)
	}
	hint := fmt.Sprintf("--set namespace=…   # use another one, or hand this one over:\nkubectl label namespace %s --overwrite %s=%s", s.name, platformLabel, s.platform)
	if s.home != "" {
		hint = fmt.Sprintf("kubectl get all -n %[1]s   # whose is it? if nobody's, hand it over:\nkubectl label namespace %[1]s --overwrite %[2]s=%[3]s", s.name, platformLabel, s.platform)
	}
	return Observed{State: Foreign, Reason: what, Fault: fault.New(fault.Failed, what, hint)}
}

func (s namespaceStep) Apply(ctx context.Context, w *World, a Action) error {
	namespaces := w.Cluster.Client.CoreV1().Namespaces()
	if a == Update {
		ns, err := namespaces.Get(ctx, s.name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": s.missing(ns)}})
		if err != nil {
			return err
		}
		_, err = namespaces.Patch(ctx, s.name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: manager})
		return err
	}
	if a == Repair {
		if err := s.gone(ctx, w); err != nil {
			return err
		}
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.name, Labels: s.labels()}}
	_, err := namespaces.Create(ctx, ns, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil // The next look says whose it is.
	}
	return err
}

// gone waits until a namespace that is being deleted is no more.
func (s namespaceStep) gone(ctx context.Context, w *World) error {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	for {
		_, err := w.Cluster.Client.CoreV1().Namespaces().Get(ctx, s.name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		if err := sleep(ctx, glance); err != nil {
			return fault.New(fault.Failed, fmt.Sprintf("namespace %s is still being deleted", s.name),
				fmt.Sprintf("kubectl get namespace %s -o jsonpath='{.status.conditions}'", s.name))
		}
	}
}

func (s namespaceStep) Ready(ctx context.Context, w *World) (Readiness, error) {
	o, err := s.Observe(ctx, w)
	return Readiness{Done: o.State == InSync}, err
}

func (s namespaceStep) Explain(context.Context, *World, Readiness) *fault.Error {
	return fault.New(fault.Failed, fmt.Sprintf("namespace %s is not as it was made", s.name), fmt.Sprintf("kubectl get namespace %s --show-labels", s.name))
}
