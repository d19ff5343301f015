package deploy

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// fresh is how old a list may be: all the steps that wait look once in this
// time, together.
const fresh = 400 * time.Millisecond

// lives are the looks at the namespaces that a plan reaches.
type lives struct {
	client dynamic.Interface
	mapper meta.RESTMapper

	mu  sync.Mutex
	all map[string]*live
}

// in is the look at one namespace.
func (l *lives) in(namespace string) *live {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]*live{}
	}
	if l.all[namespace] == nil {
		l.all[namespace] = &live{client: l.client, mapper: l.mapper, namespace: namespace}
	}
	return l.all[namespace]
}

// stale makes the next looks new ones. It follows every write.
func (l *lives) stale() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
}

// live lists what is in one namespace, a kind at a time. Many steps share one:
// a list that was just made serves all of them.
type live struct {
	client    dynamic.Interface
	mapper    meta.RESTMapper
	namespace string

	mu    sync.Mutex
	lists map[string]*listing
}

type listing struct {
	mu      sync.Mutex
	at      time.Time
	objects map[string]*object // by name
}

// find returns an object as it is now, nil if there is none.
func (l *live) find(ctx context.Context, r ref) (*object, error) {
	mapping, err := l.mapper.RESTMapping(r.kind.GroupKind(), r.kind.Version)
	if err != nil {
		return nil, err
	}
	var one dynamic.ResourceInterface = l.client.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		if r.namespace == "" || r.namespace == l.namespace {
			all, err := l.list(ctx, mapping.Resource, "")
			return all[r.name], err
		}
		one = l.client.Resource(mapping.Resource).Namespace(r.namespace)
	}
	// Nobody may list a kind of the whole cluster, or somebody's namespace, for
	// one object's sake.
	o, err := one.Get(ctx, r.name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return o, err
}

// list returns the objects of a resource by name. The objects are shared and
// must not be changed.
func (l *live) list(ctx context.Context, resource schema.GroupVersionResource, selector string) (map[string]*object, error) {
	key := resource.String() + selector
	l.mu.Lock()
	if l.lists == nil {
		l.lists = map[string]*listing{}
	}
	c := l.lists[key]
	if c == nil {
		c = &listing{}
		l.lists[key] = c
	}
	l.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) < fresh {
		return c.objects, nil
	}
	began := time.Now()
	list, err := l.client.Resource(resource).Namespace(l.namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, err
	}
	c.at, c.objects = began, map[string]*object{}
	for i := range list.Items {
		c.objects[list.Items[i].GetName()] = &list.Items[i]
	}
	return c.objects, nil
}

// typed lists a resource as Go values.
func typed[T any](ctx context.Context, l *live, resource schema.GroupVersionResource, selector string) ([]T, error) {
	all, err := l.list(ctx, resource, selector)
	if err != nil {
		return nil, err
	}
	items := make([]T, 0, len(all))
	for _, o := range all {
		var item T
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &item); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// core names a resource of the core API.
func core(resource string) schema.GroupVersionResource {
	return corev1.SchemeGroupVersion.WithResource(resource)
}
