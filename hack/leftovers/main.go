// Command leftovers prints what a namespace holds beyond what every namespace
// is born with, and the objects outside of it that belong to the platform of
// the same name: one line each, kind/name. The end-to-end test asks it what an
// uninstall has left.
//
//	leftovers KUBECONFIG NAMESPACE
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// born is what Kubernetes puts into every namespace by itself.
var born = []string{"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: leftovers KUBECONFIG NAMESPACE")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	found, err := leftovers(ctx, os.Args[1], os.Args[2])
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	for _, line := range found {
		fmt.Println(line)
	}
}

// leftovers asks the API server for every kind that it serves, so that no
// kind can be forgotten. A kind that cannot be listed is an error.
func leftovers(ctx context.Context, kubeconfig, namespace string) ([]string, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 50, 300
	config.WarningHandler = rest.NoWarnings{} // Every deprecated kind is asked for on purpose.
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	served, err := discovery.NewDiscoveryClientForConfigOrDie(config).ServerPreferredResources()
	if err != nil {
		return nil, err
	}
	found := map[string]bool{} // A kind may be served by two groups.
	for _, group := range served {
		gv, err := schema.ParseGroupVersion(group.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, r := range group.APIResources {
			if !slices.Contains(r.Verbs, "list") || r.Kind == "Event" {
				continue
			}
			items := client.Resource(gv.WithResource(r.Name))
			if r.Namespaced {
				list, err := items.Namespace(namespace).List(ctx, metav1.ListOptions{})
				if err != nil {
					return nil, fmt.Errorf("%s: %w", r.Name, err)
				}
				for _, o := range list.Items {
					found[r.Kind+"/"+o.GetName()] = true
				}
				continue
			}
			list, err := items.List(ctx, metav1.ListOptions{})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Name, err)
			}
			for _, o := range list.Items {
				if ours(o, namespace) {
					found[r.Kind+"/"+o.GetName()] = true
				}
			}
		}
	}
	lines := slices.Sorted(maps.Keys(found))
	return slices.DeleteFunc(lines, func(line string) bool { return slices.Contains(born, line) }), nil
}

// ours reports whether an object outside of namespaces belongs to the
// platform in this one, and not to another platform on the same cluster.
func ours(o unstructured.Unstructured, namespace string) bool {
	claim, _, _ := unstructured.NestedString(o.Object, "spec", "claimRef", "namespace")
	labels := o.GetLabels()
	platform, known := labels["sparkwiz.dev/platform"]
	return claim == namespace || o.GetKind() == "Namespace" && o.GetName() == namespace ||
		labels["app.kubernetes.io/part-of"] == "sparkwiz" && (!known || platform == namespace)
}
