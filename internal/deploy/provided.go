package deploy

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// The API groups whose objects say how far an operator has come with a Secret.
const (
	externalSecrets = "external-secrets.io"
	sealedSecrets   = "bitnami.com"
)

// providedStep waits for one Secret that a provider fills. It writes nothing:
// the release before it has told the provider's operator what to do.
type providedStep struct{ secretStep }

func (s providedStep) Title() string {
	return fmt.Sprintf("Secret %s from %s", s.object(), s.refs[0].From)
}
func (s providedStep) Needs() []string { return []string{releaseName(component.SecretsRelease)} }

func (s providedStep) Observe(ctx context.Context, w *World) (Observed, error) {
	found, err := s.find(ctx, w)
	if err != nil {
		return Observed{State: Unknown}, err
	}
	missing := s.missing(found)
	switch {
	case len(missing) == 0:
		return Observed{State: InSync}, nil
	case found == nil:
		return Observed{State: Absent}, nil
	}
	return Observed{State: OutOfSync, Reason: "keys are missing: " + strings.Join(missing, ", ")}, nil
}

func (s providedStep) find(ctx context.Context, w *World) (*corev1.Secret, error) {
	found, err := w.Cluster.Client.CoreV1().Secrets(s.namespace).Get(ctx, s.object(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}

// Apply has nothing to do: only the provider has the value.
func (s providedStep) Apply(context.Context, *World, Action) error { return nil }

func (s providedStep) Ready(ctx context.Context, w *World) (Readiness, error) {
	found, err := s.find(ctx, w)
	if err != nil {
		return Readiness{}, err
	}
	missing := s.missing(found)
	if len(missing) == 0 {
		return Readiness{Done: true}, nil
	}
	t := Trouble{
		Object: "secret/" + s.object(), Says: "has no " + strings.Join(missing, ", ") + " yet",
		Hint: fmt.Sprintf("kubectl -n %s describe secret %s", s.namespace, s.object()),
	}
	if o := s.source(ctx, w); o != nil {
		t = waitsFor(o, t)
	}
	return Readiness{Troubles: []Trouble{t}}, nil
}

// source is the object from which the operator makes the Secret; nil if there
// is none, or if it cannot be seen, which is no trouble of its own.
func (s providedStep) source(ctx context.Context, w *World) *object {
	kind := schema.GroupVersionKind{Group: externalSecrets, Version: "v1", Kind: "ExternalSecret"}
	switch s.refs[0].From {
	case spec.VaultAgent:
		return nil
	case spec.SealedSecrets:
		kind = schema.GroupVersionKind{Group: sealedSecrets, Version: "v1alpha1", Kind: "SealedSecret"}
	}
	at, err := w.place(kind)
	if err != nil {
		return nil
	}
	o, err := w.dynamic.Resource(at.resource).Namespace(s.namespace).Get(ctx, s.object(), metav1.GetOptions{})
	if err != nil {
		return nil
	}
	return o
}

func (s providedStep) Explain(_ context.Context, _ *World, r Readiness) *fault.Error {
	if len(r.Troubles) == 0 {
		return fault.New(fault.Failed, fmt.Sprintf("Secret %s was not filled", s.object()), fmt.Sprintf("kubectl -n %s describe secret %s", s.namespace, s.object()))
	}
	return explain(r.Troubles[0], nil, nil)
}

// fills reports whether an object is one by which an operator fills Secrets.
func fills(o *object) bool {
	switch o.GroupVersionKind().Group {
	case externalSecrets, sealedSecrets:
		return true
	}
	return false
}

// filled reports whether the operator is content with such an object. Before
// it has looked at one there is no status, and kstatus takes that for content.
func filled(o *object, t Trouble) (bool, Trouble, error) {
	// What it says of an earlier generation is over.
	seen, tells, err := unstructured.NestedInt64(o.Object, "status", "observedGeneration")
	if err != nil {
		return false, t, err
	}
	if said(o, success(o)).status == "True" && (!tells || seen >= o.GetGeneration()) {
		return true, t, nil
	}
	return false, waitsFor(o, t), nil
}

// success is the condition by which a kind says that all is well.
func success(o *object) string {
	if o.GroupVersionKind().Group == sealedSecrets {
		return "Synced"
	}
	return "Ready"
}

// waitsFor says in the operator's own words why a Secret is not there.
func waitsFor(o *object, t Trouble) Trouble {
	t.Object = refOf(o).String()
	t.Hint = fmt.Sprintf("kubectl -n %s describe %s", o.GetNamespace(), t.Object)
	c := said(o, success(o))
	switch {
	case c.status == "":
		t.Says = "was not looked at by its operator yet"
	case c.status == "True":
		t.Says = "is content, but the Secret is not complete"
	case o.GetKind() == "ExternalSecret":
		// The operator says only that it failed; which entry it was is in the events.
		t.Says, t.Detail, t.Fatal, t.After = "does not get its values from the store", c.message, true, nodes
		t.Hint = "sparkwiz secrets list   # what must be in the store\n" + t.Hint
	case o.GetKind() == "SealedSecret":
		t.Says, t.Detail, t.Fatal, t.After = "cannot be unsealed", c.message, true, slowly
		t.Hint = "sparkwiz secrets seal --renew   # for the certificate that the controller has now\n" + t.Hint
	default:
		t.Says, t.Detail, t.Fatal, t.After = "cannot be used", c.message, true, nodes
	}
	return t
}

// words are one condition of an object.
type words struct{ status, reason, message string }

func said(o *object, kind string) words {
	all, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, c := range all {
		if c, ok := c.(map[string]any); ok && c["type"] == kind {
			text := func(key string) string { s, _ := c[key].(string); return s }
			return words{text("status"), text("reason"), text("message")}
		}
	}
	return words{}
}
