package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/metadata"
)

// installed is one release that is there.
type installed struct{ namespace, name string }

// inventory is what there is of a platform, whatever the plan says now.
type inventory struct {
	spaces      []string // namespaces of ours, the platform's own first
	releases    []installed
	definitions map[string]crds   // by the release that they came with
	needed      map[string]string // releases that somebody else needs, and why
	blind       bool              // this account may not see which CRDs there are, so nor who needs what outside the platform's own namespace
}

// crds are the CRDs of one release.
type crds struct {
	release string
	all     []crd
}

func (d crds) step() string { return definitionsName(d.release) }

// crd is one CRD, and where its objects are.
type crd struct {
	name     string
	uid      string
	resource schema.GroupVersionResource
	objects  []installed // namespace and name of each
}

// inventory looks for all that carries the platform's name.
func (e *engine) inventory(ctx context.Context) (inventory, error) {
	there := inventory{definitions: map[string]crds{}, needed: map[string]string{}}
	var err error
	if there.spaces, err = e.spaces(ctx); err != nil {
		return there, err
	}
	for _, namespace := range there.spaces {
		h, err := e.helm(namespace)
		if err != nil {
			return there, err
		}
		names, err := h.ofPlatform()
		if err != nil {
			return there, err
		}
		for _, n := range names {
			there.releases = append(there.releases, installed{namespace, n})
		}
	}
	for _, r := range slices.Backward(e.Plan.Releases) {
		// People read it in the order in which it happens.
		if i := slices.IndexFunc(there.releases, func(o installed) bool { return o.name == r.Name }); i >= 0 {
			found := there.releases[i]
			there.releases = append(slices.Delete(there.releases, i, i+1), found)
		}
	}
	if err := e.defined(ctx, &there); err != nil {
		return there, err
	}
	there.judge()
	return there, nil
}

// spaces are the namespaces of the platform. Who may not list namespaces has
// none but those of the plan.
func (e *engine) spaces(ctx context.Context) ([]string, error) {
	all := e.Plan.Namespaces()
	if may, err := e.may(ctx, right{resource: "namespaces", verb: "list"}); err != nil || !may {
		return all, err
	}
	list, err := e.Cluster.Client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{LabelSelector: platformLabel + "=" + e.Plan.Name})
	if err != nil {
		return all, err
	}
	labelled := []string{e.Plan.Namespace}
	for _, ns := range list.Items {
		if !slices.Contains(labelled, ns.Name) {
			labelled = append(labelled, ns.Name)
		}
	}
	return labelled, nil
}

// defined looks for the platform's CRDs and for what there is of their kinds.
func (e *engine) defined(ctx context.Context, there *inventory) error {
	kind := definitions()
	may, err := e.may(ctx, right{group: kind.Group, resource: kind.Resource, verb: "list"})
	if there.blind = err == nil && !may; there.blind {
		return nil
	}
	list, err := e.dynamic.Resource(kind).List(ctx, metav1.ListOptions{LabelSelector: platformLabel + "=" + e.Plan.Name})
	if err != nil {
		return err
	}
	client, err := metadata.NewForConfig(e.Cluster.Config)
	if err != nil {
		return err
	}
	found := make([]crd, len(list.Items))
	err = each(len(list.Items), func(i int) error {
		o := &list.Items[i]
		stored := versions(o)
		if len(stored) == 0 {
			return fmt.Errorf("crd/%s has no version", o.GetName())
		}
		found[i] = crd{name: o.GetName(), uid: string(o.GetUID()), resource: schema.GroupVersionResource{
			Group: text(o, "spec", "group"), Version: served(o), Resource: text(o, "spec", "names", "plural"),
		}}
		objects, err := client.Resource(found[i].resource).List(ctx, metav1.ListOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, item := range objects.Items {
			found[i].objects = append(found[i].objects, installed{item.Namespace, item.Name})
		}
		return nil
	})
	for i, o := range list.Items {
		_, release, _ := strings.Cut(o.GetAnnotations()[ownerMark], "/")
		d := there.definitions[release]
		there.definitions[release] = crds{release: release, all: append(d.all, found[i])}
	}
	return err
}

// served is a version in which objects can be asked for.
func served(o *object) string {
	list, _ := o.Object["spec"].(map[string]any)["versions"].([]any)
	for _, v := range list {
		if v, ok := v.(map[string]any); ok && v["served"] == true {
			return fmt.Sprint(v["name"])
		}
	}
	return ""
}

// judge says which operators must stay: there are objects of their kinds
// outside of our namespaces, which are somebody else's.
func (i *inventory) judge() {
	for release, d := range i.definitions {
		for _, c := range d.all {
			for _, o := range c.objects {
				if slices.Contains(i.spaces, o.namespace) || i.needed[release] != "" {
					continue
				}
				where := "namespace " + o.namespace
				if o.namespace == "" {
					where = "the whole cluster"
				}
				i.needed[release] = fmt.Sprintf("%s %s in %s needs it", c.resource.Resource, o.name, where)
			}
		}
	}
}
