// Package facts says what a cluster looks like, in plain structs. Facts are
// collected once by the kube package, kept in support bundles, and read by
// everything that decides.
package facts

import (
	"slices"
	"strings"
)

// Facts is one look at a cluster. The zero value is a cluster nobody has
// looked at: Known is false and every question about it is open.
type Facts struct {
	Known          bool           `json:"known"`
	Context        string         `json:"context,omitempty"`  // kubeconfig context
	Server         string         `json:"server,omitempty"`   // API server address
	Version        string         `json:"version,omitempty"`  // e.g. v1.34.4
	UID            string         `json:"uid,omitempty"`      // of the namespace kube-system: the cluster's identity
	Contexts       []Context      `json:"contexts,omitempty"` // what the kubeconfig offers
	Nodes          []Node         `json:"nodes,omitempty"`
	StorageClasses []StorageClass `json:"storageClasses,omitempty"`
	Namespaces     []Namespace    `json:"namespaces,omitempty"`
	APIs           []string       `json:"apis,omitempty"`        // served group/versions
	Definitions    []Definition   `json:"definitions,omitempty"` // the CRDs that sparkwiz has made, and nobody else's
	// Prometheuses are the servers that a Prometheus operator runs here.
	Prometheuses []Prometheus `json:"prometheuses,omitempty"`
	// Unknown names what could not be looked at (nodes, namespaces, …) and
	// why. A check that depends on it is Unknown, never OK.
	Unknown map[string]string `json:"unknown,omitempty"`
}

// PlatformLabel is on everything that sparkwiz makes; its value is the
// platform's name.
const PlatformLabel = "sparkwiz.dev/platform"

// Context is one entry of the kubeconfig. Reading it needs no cluster.
type Context struct {
	Name      string `json:"name"`
	Server    string `json:"server"`
	Namespace string `json:"namespace,omitempty"`
	Current   bool   `json:"current,omitempty"` // what kubectl would use
}

// Node is one machine as the scheduler sees it.
type Node struct {
	Name          string    `json:"name"`
	Ready         bool      `json:"ready"`
	Unschedulable bool      `json:"unschedulable,omitempty"`
	Allocatable   Resources `json:"allocatable"`
	Requested     Resources `json:"requested"` // sum of the requests of the pods on it
	// ByNamespace splits Requested, so that a platform that is already
	// installed does not stand in its own way.
	ByNamespace map[string]Resources `json:"byNamespace,omitempty"`
	Labels      map[string]string    `json:"labels,omitempty"`
	Taints      []Taint              `json:"taints,omitempty"`
}

// Taint repels pods that do not tolerate it.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

// Resources are amounts of what a node has or a pod wants.
type Resources struct {
	CPUMilli int64            `json:"cpuMilli"` // thousandths of a core
	Memory   int64            `json:"memory"`   // bytes
	Pods     int64            `json:"pods,omitempty"`
	Extended map[string]int64 `json:"extended,omitempty"` // e.g. nvidia.com/gpu
}

// StorageClass is a kind of volume the cluster can make.
type StorageClass struct {
	Name        string `json:"name"`
	Provisioner string `json:"provisioner"`
	Default     bool   `json:"default,omitempty"`
}

// Namespace is one namespace with what tells whose it is.
type Namespace struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels,omitempty"`
}

// Definition is a CustomResourceDefinition.
type Definition struct {
	Name     string `json:"name"` // plural.group
	Platform string `json:"platform"`
}

// Prometheus is one server, and what it looks for.
type Prometheus struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// Selector is what labels a PodMonitor must have for this server to
	// follow it; empty: any will do.
	Selector map[string]string `json:"selector,omitempty"`
}

// Free is what a platform in the namespaces can have: what is left on all
// nodes that take ordinary pods, and what the namespaces have already.
func (f Facts) Free(namespaces ...string) Resources {
	var free Resources
	for _, n := range f.Nodes {
		if !n.Takes() {
			continue
		}
		r := n.Free(namespaces...)
		free.CPUMilli += r.CPUMilli
		free.Memory += r.Memory
		free.Pods += r.Pods
	}
	return free
}

// Free is what the node has left for a platform in the namespaces, counting
// what they have on it as free.
func (n Node) Free(namespaces ...string) Resources {
	var own Resources
	for _, namespace := range namespaces {
		own = own.and(n.ByNamespace[namespace])
	}
	return Resources{
		CPUMilli: max(0, n.Allocatable.CPUMilli-n.Requested.CPUMilli+own.CPUMilli),
		Memory:   max(0, n.Allocatable.Memory-n.Requested.Memory+own.Memory),
		Pods:     max(0, n.Allocatable.Pods-n.Requested.Pods+own.Pods),
		Extended: n.freeDevices(own),
	}
}

func (n Node) freeDevices(own Resources) map[string]int64 {
	if len(n.Allocatable.Extended) == 0 {
		return nil
	}
	free := map[string]int64{}
	for name, has := range n.Allocatable.Extended {
		free[name] = max(0, has-n.Requested.Extended[name]+own.Extended[name])
	}
	return free
}

// and adds amounts.
func (r Resources) and(more Resources) Resources {
	sum := Resources{CPUMilli: r.CPUMilli + more.CPUMilli, Memory: r.Memory + more.Memory, Pods: r.Pods + more.Pods}
	for _, part := range []map[string]int64{r.Extended, more.Extended} {
		for name, n := range part {
			if sum.Extended == nil {
				sum.Extended = map[string]int64{}
			}
			sum.Extended[name] += n
		}
	}
	return sum
}

// Takes reports whether an ordinary pod, one without tolerations, can be
// placed on the node.
func (n Node) Takes() bool {
	if !n.Ready || n.Unschedulable {
		return false
	}
	for _, t := range n.Taints {
		if t.Effect != "PreferNoSchedule" {
			return false
		}
	}
	return true
}

// Offers sums an extended resource, e.g. nvidia.com/gpu, over all nodes.
func (f Facts) Offers(resource string) int64 {
	var n int64
	for _, node := range f.Nodes {
		n += node.Allocatable.Extended[resource]
	}
	return n
}

// Labelled are the nodes that have a label with a value.
func (f Facts) Labelled(key, value string) []Node {
	var nodes []Node
	for _, n := range f.Nodes {
		if got, ok := n.Labels[key]; ok && got == value {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// DefaultStorageClass returns the class that a claim without a name gets.
func (f Facts) DefaultStorageClass() (StorageClass, bool) {
	for _, c := range f.StorageClasses {
		if c.Default {
			return c, true
		}
	}
	return StorageClass{}, false
}

// Serves reports whether the API server serves a group and version,
// e.g. external-secrets.io/v1.
func (f Facts) Serves(groupVersion string) bool {
	return slices.Contains(f.APIs, groupVersion)
}

// ServesGroup returns the versions of a group that the API server serves,
// e.g. v1beta1 for external-secrets.io.
func (f Facts) ServesGroup(group string) []string {
	var versions []string
	for _, api := range f.APIs {
		if version, ok := strings.CutPrefix(api, group+"/"); ok {
			versions = append(versions, version)
		}
	}
	return versions
}

// Made reports whether sparkwiz has made a CRD of the group.
func (f Facts) Made(group string) bool {
	return slices.ContainsFunc(f.Definitions, func(d Definition) bool { return strings.HasSuffix(d.Name, "."+group) })
}

// Namespace finds a namespace by its name.
func (f Facts) Namespace(name string) (Namespace, bool) {
	for _, ns := range f.Namespaces {
		if ns.Name == name {
			return ns, true
		}
	}
	return Namespace{}, false
}
