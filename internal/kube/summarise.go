package kube

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/component-helpers/resource"

	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// summarise adds up what the pods ask of each node.
func summarise(nodes []corev1.Node, pods []corev1.Pod) []facts.Node {
	var all []facts.Node
	for _, n := range nodes {
		node := facts.Node{
			Name: n.Name, Ready: ready(n), Unschedulable: n.Spec.Unschedulable, Labels: n.Labels,
			Allocatable: resources(n.Status.Allocatable), ByNamespace: map[string]facts.Resources{},
		}
		for _, t := range n.Spec.Taints {
			node.Taints = append(node.Taints, facts.Taint{Key: t.Key, Value: t.Value, Effect: string(t.Effect)})
		}
		for _, p := range pods {
			// A pod that has ended keeps its place in the list but not on the node.
			if p.Spec.NodeName != n.Name || p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
				continue
			}
			r := resources(resource.PodRequests(&p, resource.PodResourcesOptions{}))
			r.Pods = 1
			node.Requested = add(node.Requested, r)
			node.ByNamespace[p.Namespace] = add(node.ByNamespace[p.Namespace], r)
		}
		all = append(all, node)
	}
	slices.SortFunc(all, func(a, b facts.Node) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func ready(n corev1.Node) bool {
	return slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

// resources keeps what can be asked for: CPU, memory, the number of pods, and
// devices, whose names have a domain.
func resources(list corev1.ResourceList) facts.Resources {
	r := facts.Resources{CPUMilli: list.Cpu().MilliValue(), Memory: list.Memory().Value(), Pods: list.Pods().Value()}
	for name, q := range list {
		if strings.Contains(string(name), "/") && q.Value() > 0 {
			if r.Extended == nil {
				r.Extended = map[string]int64{}
			}
			r.Extended[string(name)] = q.Value()
		}
	}
	return r
}

func add(a, b facts.Resources) facts.Resources {
	sum := facts.Resources{CPUMilli: a.CPUMilli + b.CPUMilli, Memory: a.Memory + b.Memory, Pods: a.Pods + b.Pods}
	for _, part := range []map[string]int64{a.Extended, b.Extended} {
		for name, n := range part {
			if sum.Extended == nil {
				sum.Extended = map[string]int64{}
			}
			sum.Extended[name] += n
		}
	}
	return sum
}

func storageClasses(list []storagev1.StorageClass) []facts.StorageClass {
	var all []facts.StorageClass
	for _, c := range list {
		all = append(all, facts.StorageClass{
			Name: c.Name, Provisioner: c.Provisioner,
			Default: c.Annotations["storageclass.kubernetes.io/is-default-class"] == "true",
		})
	}
	slices.SortFunc(all, func(a, b facts.StorageClass) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func namespaces(list []corev1.Namespace) []facts.Namespace {
	var all []facts.Namespace
	for _, ns := range list {
		all = append(all, facts.Namespace{Name: ns.Name, Labels: ns.Labels})
	}
	slices.SortFunc(all, func(a, b facts.Namespace) int { return strings.Compare(a.Name, b.Name) })
	return all
}
