package deploy

import (
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// promise is a kind that the cluster serves when the plan's CRDs are there.
type promise struct {
	plural     string
	namespaced bool
}

// promises notes which kinds the plan's CRDs will make known: an object of
// such a kind is not there yet, and that is no fault.
func (w *World) promises() error {
	w.coming = map[schema.GroupKind]promise{}
	for _, r := range w.Plan.Releases {
		if r.Upstream == nil || !r.Upstream.CRDs {
			continue
		}
		all, err := definitionStep{release: r, platform: w.Plan.Name}.planned(w)
		if err != nil {
			return err
		}
		for _, o := range all {
			kind := schema.GroupKind{Group: text(o, "spec", "group"), Kind: text(o, "spec", "names", "kind")}
			w.coming[kind] = promise{plural: text(o, "spec", "names", "plural"), namespaced: text(o, "spec", "scope") == "Namespaced"}
		}
	}
	return nil
}

// place is where the API server keeps a kind.
type place struct {
	resource   schema.GroupVersionResource
	namespaced bool
	promised   bool // it will be served once the plan's CRDs are there, and is not yet
}

func (w *World) place(kind schema.GroupVersionKind) (place, error) {
	mapping, err := w.lives.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err == nil {
		return place{resource: mapping.Resource, namespaced: mapping.Scope.Name() == meta.RESTScopeNameNamespace}, nil
	}
	p, ok := w.coming[kind.GroupKind()]
	if meta.IsNoMatchError(err) && ok {
		return place{resource: kind.GroupVersion().WithResource(p.plural), namespaced: p.namespaced, promised: true}, nil
	}
	return place{}, err
}

// promised reports whether an error only says that the plan's CRDs are not
// there yet.
func (w *World) promised(kind schema.GroupKind, err error) bool {
	_, ok := w.coming[kind]
	return ok && meta.IsNoMatchError(err)
}

// text reads a field of an object, empty if it has none.
func text(o *object, path ...string) string {
	value, _, err := unstructured.NestedString(o.Object, path...)
	if err != nil {
		return ""
	}
	return value
}
