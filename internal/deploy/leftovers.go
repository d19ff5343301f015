package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// leftovers deals with what is left when the releases are gone: volumes,
// passwords, CRDs, the namespaces. What stays is named.
func (e *engine) leftovers(ctx context.Context, there inventory) ([]string, error) {
	if e.Purge {
		for _, space := range there.spaces {
			if err := e.purge(ctx, space); err != nil {
				return nil, e.Cluster.Trouble(err)
			}
		}
	}
	if e.PurgeCRDs {
		if err := e.purgeCRDs(ctx, there); err != nil {
			return nil, e.Cluster.Trouble(err)
		}
	}
	// What the releases themselves had made is gone by now, and not counted.
	there.definitions = map[string]crds{}
	if err := e.defined(ctx, &there); err != nil {
		return nil, e.Cluster.Trouble(err)
	}
	// The platform's own namespace is the last to go: it has the lock.
	var left []string
	for _, space := range slices.Backward(there.spaces) {
		kept := slices.ContainsFunc(there.releases, func(r installed) bool { return r.namespace == space && there.needed[r.name] != "" })
		if kept {
			continue
		}
		rest, err := e.leftIn(ctx, space, len(there.needed) > 0)
		left = append(rest, left...)
		if err != nil {
			return left, err
		}
	}
	return append(left, e.staying(there)...), nil
}

// leftIn deals with one namespace. That of a platform whose operators stay for
// others stays too: it says whose they are.
func (e *engine) leftIn(ctx context.Context, name string, operators bool) ([]string, error) {
	space := namespaceStep{name: name, platform: e.Plan.Name}
	place := ""
	if name != e.Plan.Namespace {
		place = " in namespace " + name
	}
	var left []string
	claims, err := e.Cluster.Client.CoreV1().PersistentVolumeClaims(name).List(ctx, metav1.ListOptions{LabelSelector: e.instances()})
	if err != nil {
		return nil, e.Cluster.Trouble(err)
	}
	for _, c := range claims.Items {
		size := c.Spec.Resources.Requests.Storage()
		left = append(left, fmt.Sprintf("pvc/%s%s (%s of data)", c.Name, place, size))
	}
	secrets, err := e.Cluster.Client.CoreV1().Secrets(name).List(ctx, metav1.ListOptions{LabelSelector: e.mine()})
	if err != nil {
		return nil, e.Cluster.Trouble(err)
	}
	for _, s := range secrets.Items {
		left = append(left, fmt.Sprintf("secret/%s%s (generated passwords)", s.Name, place))
	}
	others, silent, err := e.others(ctx, name)
	if err != nil {
		return left, e.Cluster.Trouble(err)
	}
	for _, api := range silent {
		left = append(left, fmt.Sprintf("objects of %s%s, if there are any (its API does not answer)", api, place))
	}
	for _, o := range others {
		o.name += place
		if !slices.ContainsFunc(left, func(l string) bool { return l == o.name || strings.HasPrefix(l, o.name+" ") }) {
			left = append(left, o.left())
		}
	}
	if place == "" && operators {
		return append(left, space.Name()+" (it is that of the operators that stay)"), e.deleteRecords(ctx)
	}
	return e.leave(ctx, space, left)
}

// leave deletes a namespace if we made it and nothing is left in it. The
// platform's own goes with our records, and only they go where it stays:
// before, and the lock would be lost that makes deleting safe.
func (e *engine) leave(ctx context.Context, space namespaceStep, left []string) ([]string, error) {
	stays := func(why string) ([]string, error) {
		if space.name != e.Plan.Namespace {
			return append(left, space.Name()+why), nil
		}
		return append(left, space.Name()+why), e.deleteRecords(ctx)
	}
	namespaces := e.Cluster.Client.CoreV1().Namespaces()
	ns, err := namespaces.Get(ctx, space.name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return left, nil
	}
	if err != nil {
		return left, e.Cluster.Trouble(err)
	}
	if ns.Labels[managerLabel] != manager {
		return stays(" (it was handed over, so it is yours)")
	}
	if len(left) > 0 {
		return stays(" (it is not empty)")
	}
	if space.name == e.Plan.Namespace {
		e.forgotten = true
	}
	e.tell(progress.Event{Step: space.Name(), Title: space.Title(), State: progress.Running, Reason: "deleting"})
	only := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &ns.UID}}
	if err := namespaces.Delete(ctx, space.name, only); err != nil && !apierrors.IsNotFound(err) {
		return []string{space.Name() + " (it could not be deleted)"}, e.Cluster.Trouble(err)
	}
	if err := space.gone(ctx, e.World); err != nil {
		return []string{space.Name() + " (it is still being deleted)"}, err
	}
	e.tell(progress.Event{Step: space.Name(), State: progress.Done})
	return nil, nil
}

// purge deletes what our releases kept, their volumes, and the passwords we
// made, in one namespace.
func (e *engine) purge(ctx context.Context, namespace string) error {
	if err := e.purgeKept(ctx, namespace); err != nil {
		return err
	}
	claims := e.Cluster.Client.CoreV1().PersistentVolumeClaims(namespace)
	if err := claims.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: e.instances()}); err != nil {
		return err
	}
	secrets := e.Cluster.Client.CoreV1().Secrets(namespace)
	if err := secrets.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: e.mine()}); err != nil {
		return err
	}
	// A claim outlives its deletion until no pod uses it.
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	for {
		list, err := claims.List(ctx, metav1.ListOptions{LabelSelector: e.instances()})
		if err == nil && len(list.Items) == 0 {
			return nil
		}
		if err := sleep(ctx, glance); err != nil {
			return fault.New(fault.Failed, "the volumes were deleted and are still there", fmt.Sprintf("kubectl -n %s describe pvc", namespace))
		}
	}
}

// mine selects what the engine itself made for this platform.
func (e *engine) mine() string {
	return fmt.Sprintf("%s=%s,%s=%s", platformLabel, e.Plan.Name, managerLabel, manager)
}

// instances selects what belongs to the releases of the plan.
func (e *engine) instances() string {
	names := "app.kubernetes.io/instance in ("
	for i, r := range e.Plan.Releases {
		if i > 0 {
			names += ","
		}
		names += r.Name
	}
	return names + ")"
}

// others names what is in the namespace, besides what every namespace has and
// what goes away with its owner; and the APIs that could not be asked.
func (e *engine) others(ctx context.Context, namespace string) (all []other, silent []string, err error) {
	found, err := e.getter.ToDiscoveryClient()
	if err != nil {
		return nil, nil, err
	}
	lists, err := found.ServerPreferredNamespacedResources()
	if silent, err = silentAPIs(err); err != nil {
		return nil, nil, err
	}
	lists = discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "delete"}}, lists)
	resources, err := discovery.GroupVersionResources(lists)
	if err != nil {
		return nil, nil, err
	}
	client, err := metadata.NewForConfig(e.Cluster.Config)
	if err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	for r := range resources {
		wg.Go(func() {
			items, err := client.Resource(r).Namespace(namespace).List(ctx, metav1.ListOptions{})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				for _, item := range items.Items {
					if !native(r, item) && !e.ownRecord(r, item) {
						all = append(all, other{singular(lists, r) + "/" + item.Name, r, item})
					}
				}
			case !apierrors.IsNotFound(err) && !apierrors.IsMethodNotSupported(err):
				failed = err // What could not be looked at is not taken for empty.
			}
		})
	}
	wg.Wait()
	slices.SortFunc(all, func(a, b other) int { return strings.Compare(a.name, b.name) })
	return all, silent, failed
}

// silentAPIs names the API groups that are served by somebody who does not
// answer: what could not be looked at is not taken for empty. Metrics are
// nothing that could be left.
func silentAPIs(err error) ([]string, error) {
	failed, partly := errors.AsType[*discovery.ErrGroupDiscoveryFailed](err)
	if !partly {
		return nil, err
	}
	var groups []string
	for g := range failed.Groups {
		if !strings.HasSuffix(g.Group, "metrics.k8s.io") {
			groups = append(groups, g.String())
		}
	}
	return groups, nil
}

// ownRecord reports whether an object is the lock or the journal of this very
// engine.
func (e *engine) ownRecord(r schema.GroupVersionResource, o metav1.PartialObjectMetadata) bool {
	return o.Name == recordName(e.Plan.Name) && (r.Resource == "configmaps" || r.Resource == "leases")
}

// native reports whether an object is made by Kubernetes itself or goes with
// its owner.
func native(r schema.GroupVersionResource, o metav1.PartialObjectMetadata) bool {
	switch {
	case len(o.OwnerReferences) > 0, o.DeletionTimestamp != nil:
		return true
	case r.Resource == "events", r.Resource == "endpoints", r.Resource == "endpointslices":
		return true
	case r.Resource == "serviceaccounts":
		return o.Name == "default"
	case r.Resource == "configmaps":
		return o.Name == "kube-root-ca.crt"
	}
	return false
}

// singular is a resource as people write it, e.g. pvc for
// persistentvolumeclaims.
func singular(lists []*metav1.APIResourceList, r schema.GroupVersionResource) string {
	for _, list := range lists {
		if list.GroupVersion != r.GroupVersion().String() {
			continue
		}
		for _, a := range list.APIResources {
			switch {
			case a.Name != r.Resource:
			case a.Name == "persistentvolumeclaims":
				return "pvc"
			case a.SingularName != "":
				return a.SingularName
			}
		}
	}
	return r.Resource
}
