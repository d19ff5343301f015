package deploy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// Marks of ours on a CRD.
const (
	digestMark = "sparkwiz.dev/digest"  // of what was applied
	ownerMark  = "sparkwiz.dev/release" // the release it came with, as namespace/name
)

// definitionStep applies the CRDs of an upstream chart. They stand before the
// release, since Helm would never bring them up to date, and after it, since
// with a CRD everything of its kind is deleted.
type definitionStep struct {
	release  plan.Release
	platform string
	needs    []string
}

func (s definitionStep) Name() string    { return definitionsName(s.release.Name) }
func (s definitionStep) Title() string   { return "CRDs of " + s.release.Title }
func (s definitionStep) Needs() []string { return s.needs }

func definitionsName(release string) string { return "crds/" + release }

func definitions() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
}

// planned are the CRDs as they are applied.
func (s definitionStep) planned(w *World) ([]*object, error) {
	rendered, err := w.renders.Render(s.release, w.version)
	if err != nil {
		return nil, err
	}
	all, err := objects(rendered.CRDs)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		// What generators leave behind, and nobody can apply.
		unstructured.RemoveNestedField(o.Object, "status")
		unstructured.RemoveNestedField(o.Object, "metadata", "creationTimestamp")
		data, err := json.Marshal(o.Object)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		o.SetLabels(with(o.GetLabels(), map[string]string{platformLabel: s.platform, managerLabel: manager}))
		o.SetAnnotations(with(o.GetAnnotations(), map[string]string{
			digestMark: hex.EncodeToString(sum[:]), ownerMark: s.release.Namespace + "/" + s.release.Name,
		}))
	}
	return all, nil
}

func with(under, over map[string]string) map[string]string {
	if under == nil {
		under = map[string]string{}
	}
	maps.Copy(under, over)
	return under
}

func (s definitionStep) client(w *World) dynamic.ResourceInterface {
	return w.dynamic.Resource(definitions())
}

// find gets one CRD, nil if there is none.
func (s definitionStep) find(ctx context.Context, w *World, name string) (*object, error) {
	found, err := s.client(w).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}

func (s definitionStep) Observe(ctx context.Context, w *World) (Observed, error) {
	planned, err := s.planned(w)
	if err != nil {
		return Observed{State: Unknown}, err
	}
	seen := make([]Observed, len(planned))
	err = each(len(planned), func(i int) error {
		found, err := s.find(ctx, w, planned[i].GetName())
		if err == nil {
			seen[i] = s.judge(planned[i], found)
		}
		return err
	})
	if err != nil {
		return Observed{State: Unknown}, err
	}
	return summary(seen), nil
}

// Apply writes what differs, each CRD as a whole.
func (s definitionStep) Apply(ctx context.Context, w *World, _ Action) error {
	planned, err := s.planned(w)
	if err != nil {
		return err
	}
	defer w.getter.Reset() // What the cluster serves is another thing now.
	return each(len(planned), func(i int) error {
		o := planned[i]
		found, err := s.find(ctx, w, o.GetName())
		if err != nil {
			return err
		}
		at := s.judge(o, found)
		switch {
		case at.Fault != nil:
			return at.Fault
		case at.State == InSync:
			return nil
		case at.State == Pending:
			if err := s.gone(ctx, w, o.GetName()); err != nil {
				return err
			}
		}
		data, err := json.Marshal(o)
		if err != nil {
			return err
		}
		force := true // It is ours, and nobody else's field is in it.
		_, err = s.client(w).Patch(ctx, o.GetName(), types.ApplyPatchType, data, metav1.PatchOptions{FieldManager: manager, Force: &force})
		return err
	})
}

// gone waits until a CRD that is being deleted is no more.
func (s definitionStep) gone(ctx context.Context, w *World, name string) error {
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	for {
		found, err := s.find(ctx, w, name)
		if err == nil && found == nil {
			return nil
		}
		if err := sleep(ctx, glance); err != nil {
			return fault.New(fault.Failed, fmt.Sprintf("crd/%s is still being deleted", name),
				fmt.Sprintf("kubectl get crd %s -o jsonpath='{.status.conditions}'   # objects of its kind whose finalizers nobody serves keep it", name))
		}
	}
}

// Ready wants every CRD Established and each of its versions known to whoever
// comes after.
func (s definitionStep) Ready(ctx context.Context, w *World) (Readiness, error) {
	planned, err := s.planned(w)
	if err != nil {
		return Readiness{}, err
	}
	waits := make([]*Trouble, len(planned))
	err = each(len(planned), func(i int) error {
		found, err := s.find(ctx, w, planned[i].GetName())
		if err == nil {
			waits[i] = established(planned[i].GetName(), found)
		}
		return err
	})
	if err != nil {
		return Readiness{}, err
	}
	r := Readiness{Done: true}
	for i, o := range planned {
		if waits[i] == nil && !s.served(w, o) {
			waits[i] = &Trouble{Object: "crd/" + o.GetName(), Says: "is not served yet"}
		}
		if waits[i] != nil {
			r.Done, r.Troubles = false, append(r.Troubles, *waits[i])
		}
	}
	r.Troubles = worstFirst(r.Troubles)
	return r, nil
}

// served reports whether the kind can be found; if not, what is remembered of
// the cluster is forgotten, so that the next look is a new one.
func (s definitionStep) served(w *World, o *object) bool {
	kind := schema.GroupKind{Group: text(o, "spec", "group"), Kind: text(o, "spec", "names", "kind")}
	for range 2 {
		if _, err := w.lives.mapper.RESTMapping(kind); err == nil || !meta.IsNoMatchError(err) {
			return err == nil
		}
		w.getter.Reset()
	}
	return false
}

func (s definitionStep) Explain(_ context.Context, _ *World, r Readiness) *fault.Error {
	if len(r.Troubles) == 0 {
		return fault.New(fault.Failed, s.Title()+" are not ready and nothing says why", "kubectl get crds")
	}
	return explain(r.Troubles[0], nil, r.Troubles[1:])
}
