package deploy

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/metadata"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// kept reports whether Helm leaves an object when its release goes. Our
// charts ask for that where an operator would delete data with the object.
func kept(o metav1.Object) bool { return o.GetAnnotations()["helm.sh/resource-policy"] == "keep" }

// keptOfRelease reports whether an object is one that a release left.
func keptOfRelease(o metav1.PartialObjectMetadata) bool {
	return kept(&o) && o.Annotations[releaseAnnotation] != ""
}

// releaseAnnotation is where Helm writes which release an object is of.
const releaseAnnotation = "meta.helm.sh/release-name"

// other is an object in the namespace that is not made by Kubernetes itself.
type other struct {
	name     string // as people write it, e.g. pvc/data-0
	resource schema.GroupVersionResource
	object   metav1.PartialObjectMetadata
}

// left says why the object is there.
func (o other) left() string {
	if keptOfRelease(o.object) {
		return o.name + " (kept, and still running: deleting it deletes its data)"
	}
	return o.name + " (not sparkwiz's)"
}

// purgeKept deletes what releases of the plan left in a namespace, and with it
// the data.
func (e *engine) purgeKept(ctx context.Context, namespace string) error {
	others, _, err := e.others(ctx, namespace)
	if err != nil {
		return err
	}
	client, err := metadata.NewForConfig(e.Cluster.Config)
	if err != nil {
		return err
	}
	for _, o := range others {
		ours := slices.ContainsFunc(e.Plan.Releases, func(r plan.Release) bool { return r.Name == o.object.Annotations[releaseAnnotation] })
		if !keptOfRelease(o.object) || !ours {
			continue
		}
		objects := client.Resource(o.resource).Namespace(namespace)
		only := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &o.object.UID}}
		if err := objects.Delete(ctx, o.object.Name, only); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
		if err := e.untilGone(ctx, o.name, func() error {
			_, err := objects.Get(ctx, o.object.Name, metav1.GetOptions{})
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// untilGone waits until looking for an object finds none.
func (e *engine) untilGone(ctx context.Context, name string, look func() error) error {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	for {
		if err := look(); apierrors.IsNotFound(err) {
			return nil
		}
		if err := sleep(ctx, glance); err != nil {
			return fault.New(fault.Failed, name+" was deleted and is still there", fmt.Sprintf("kubectl -n %s describe %s", e.Plan.Namespace, name))
		}
	}
}

// keptAmong are the IDs of the objects of a release that stay when it goes.
func (e *engine) keptAmong(ctx context.Context, namespace string, all []*object) (map[types.UID]bool, error) {
	ids := map[types.UID]bool{}
	for _, o := range all {
		if !kept(o) {
			continue
		}
		found, err := e.in(namespace).find(ctx, refOf(o))
		if err != nil {
			return nil, err
		}
		if found != nil {
			ids[found.GetUID()] = true
		}
	}
	return ids, nil
}
