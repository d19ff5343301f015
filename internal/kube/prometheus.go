package kube

import (
	"context"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// prometheuses lists the servers of a Prometheus operator; none where there is
// no operator.
func (c *Cluster) prometheuses(ctx context.Context) ([]facts.Prometheus, error) {
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		return nil, err
	}
	resource := schema.GroupVersionResource{Group: "monitoring.coreos.com", Version: "v1", Resource: "prometheuses"}
	list, err := client.Resource(resource).List(ctx, metav1.ListOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []facts.Prometheus
	for _, item := range list.Items {
		all = append(all, prometheus(item))
	}
	slices.SortFunc(all, func(a, b facts.Prometheus) int {
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	return all, nil
}

// prometheus reads what one server looks for. An expression with one value
// says the same as a label; others cannot be put on an object as such, and are
// left for people.
func prometheus(object unstructured.Unstructured) facts.Prometheus {
	p := facts.Prometheus{Name: object.GetName(), Namespace: object.GetNamespace()}
	p.Selector, _, _ = unstructured.NestedStringMap(object.Object, "spec", "podMonitorSelector", "matchLabels")
	expressions, _, _ := unstructured.NestedSlice(object.Object, "spec", "podMonitorSelector", "matchExpressions")
	for _, e := range expressions {
		expression, _ := e.(map[string]any)
		key, _ := expression["key"].(string)
		values, _, _ := unstructured.NestedStringSlice(expression, "values")
		if expression["operator"] == string(metav1.LabelSelectorOpIn) && len(values) > 0 {
			if p.Selector == nil {
				p.Selector = map[string]string{}
			}
			p.Selector[key] = values[0]
		}
	}
	return p
}
