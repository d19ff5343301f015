package deploy

import (
	"context"
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
// passwords, the namespace. What stays is named.
func (e *engine) leftovers(ctx context.Context, space namespaceStep) ([]string, error) {
	if e.Purge {
		if err := e.purge(ctx); err != nil {
			return nil, e.Cluster.Trouble(err)
		}
	}
	var left []string
	claims, err := e.Cluster.Client.CoreV1().PersistentVolumeClaims(space.name).List(ctx, metav1.ListOptions{LabelSelector: e.instances()})
	if err != nil {
		return nil, e.Cluster.Trouble(err)
	}
	for _, c := range claims.Items {
		size := c.Spec.Resources.Requests.Storage()
		left = append(left, fmt.Sprintf("pvc/%s (%s of data)", c.Name, size))
	}
	secrets, err := e.Cluster.Client.CoreV1().Secrets(space.name).List(ctx, metav1.ListOptions{LabelSelector: e.mine()})
	if err != nil {
		return nil, e.Cluster.Trouble(err)
	}
	for _, s := range secrets.Items {
		left = append(left, fmt.Sprintf("secret/%s (generated passwords)", s.Name))
	}
	others, err := e.others(ctx)
	if err != nil {
		return left, e.Cluster.Trouble(err)
	}
	for _, o := range others {
		if !slices.ContainsFunc(left, func(l string) bool { return strings.HasPrefix(l, o.name+" ") }) {
			left = append(left, o.left())
		}
	}
	return e.leave(ctx, space, left)
}

// leave deletes the namespace if we made it and nothing is left in it, with
// our own records. Where the namespace stays, only they go: before, and the
// lock would be lost that makes deleting safe.
func (e *engine) leave(ctx context.Context, space namespaceStep, left []string) ([]string, error) {
	namespaces := e.Cluster.Client.CoreV1().Namespaces()
	ns, err := namespaces.Get(ctx, space.name, metav1.GetOptions{})
	if err != nil {
		return left, e.Cluster.Trouble(err)
	}
	if ns.Labels[managerLabel] != manager {
		return append(left, space.Name()+" (it was handed over, so it is yours)"), e.deleteRecords(ctx)
	}
	if len(left) > 0 {
		return append(left, space.Name()+" (it is not empty)"), e.deleteRecords(ctx)
	}
	e.forgotten = true
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
// made.
func (e *engine) purge(ctx context.Context) error {
	if err := e.purgeKept(ctx); err != nil {
		return err
	}
	claims := e.Cluster.Client.CoreV1().PersistentVolumeClaims(e.Plan.Namespace)
	if err := claims.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: e.instances()}); err != nil {
		return err
	}
	secrets := e.Cluster.Client.CoreV1().Secrets(e.Plan.Namespace)
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
			return fault.New(fault.Failed, "the volumes were deleted and are still there", fmt.Sprintf("kubectl -n %s describe pvc", e.Plan.Namespace))
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
// what goes away with its owner.
func (e *engine) others(ctx context.Context) ([]other, error) {
	found, err := e.getter.ToDiscoveryClient()
	if err != nil {
		return nil, err
	}
	lists, err := found.ServerPreferredNamespacedResources()
	if err != nil {
		return nil, err
	}
	lists = discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "delete"}}, lists)
	resources, err := discovery.GroupVersionResources(lists)
	if err != nil {
		return nil, err
	}
	client, err := metadata.NewForConfig(e.Cluster.Config)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var all []other
	var wg sync.WaitGroup
	var failed error
	for r := range resources {
		wg.Go(func() {
			items, err := client.Resource(r).Namespace(e.Plan.Namespace).List(ctx, metav1.ListOptions{})
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
	return all, failed
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
