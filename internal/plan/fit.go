package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// warnings says what the cluster has against the plan. Without facts there is
// nothing to say: the apply looks again and will.
func warnings(p Plan, f facts.Facts) []Warning {
	if !f.Known {
		return nil
	}
	var w []Warning
	looked := func(at ...string) bool {
		all := true
		for _, what := range at {
			if why, unknown := f.Unknown[what]; unknown {
				all = false
				w = append(w, Warning{What: fmt.Sprintf("whether the platform fits is unknown: %s could not be listed (%s)", what, why)})
			}
		}
		return all
	}
	if looked("storageClasses") {
		w = append(w, storage(p, f)...)
	}
	if looked("nodes", "pods") {
		w = append(w, space(p, f)...)
		w = append(w, guests(p, f)...)
	}
	return append(w, unfollowed(p.Spec, f)...)
}

// guests warns of pods that were there before the platform and that its
// policies would cut off: in a namespace that somebody handed over.
func guests(p Plan, f facts.Facts) []Warning {
	i := slices.IndexFunc(f.Namespaces, func(n facts.Namespace) bool {
		return n.Name == p.Namespace && n.Labels[facts.PlatformLabel] == p.Name && n.Labels["app.kubernetes.io/managed-by"] != "sparkwiz"
	})
	pods := int64(0)
	for _, n := range f.Nodes {
		pods += n.ByNamespace[p.Namespace].Pods
	}
	if !p.Spec.Network.DefaultDeny || i < 0 || pods == 0 {
		return nil
	}
	return []Warning{{
		What: fmt.Sprintf("%d pods run in the namespace %s, which was handed over; those that are not sparkwiz's will be cut off from the network", pods, p.Namespace),
		Hint: "--set network.defaultDeny=false   # or give them policies: docs/network.md",
	}}
}

func storage(p Plan, f facts.Facts) []Warning {
	if p.Footprint.Volumes == 0 {
		return nil
	}
	var names []string
	for _, c := range f.StorageClasses {
		names = append(names, c.Name)
	}
	class := p.Spec.Storage.Class
	_, hasDefault := f.DefaultStorageClass()
	hint := "--set storage.class=…   # here: " + strings.Join(names, ", ")
	switch {
	case len(names) == 0:
		return []Warning{{Blocks: true, What: "the cluster has no StorageClass, so volumes would stay pending", Hint: "kubectl get storageclasses"}}
	case class == "" && !hasDefault:
		return []Warning{{Blocks: true, What: "the cluster has no default StorageClass, so volumes would stay pending", Hint: hint}}
	case class != "" && !slices.Contains(names, class):
		return []Warning{{Blocks: true, What: fmt.Sprintf("there is no StorageClass %q", class), Hint: hint}}
	default:
		return nil
	}
}

// space packs the pods onto the nodes: those that are always there, then one
// of each kind that comes and goes, then the rest; the largest first, each on
// the first node with room. A pod that
// finds none at all blocks the plan, since the apply would only wait for it.
// Some executors or tasks too many is a warning: they come and go, and the
// cluster may grow; so is a pool without nodes.
func space(p Plan, f facts.Facts) []Warning {
	rooms := roomsOf(f, p.Namespaces()...)
	if !slices.ContainsFunc(rooms, func(r room) bool { return r.node.Takes() }) {
		return []Warning{{Blocks: true, What: "no node takes ordinary pods: all are tainted, cordoned or not ready", Hint: "kubectl get nodes"}}
	}
	var pods []component.Pod
	for _, r := range p.Releases {
		pods = append(pods, r.Pods...)
	}
	slices.SortStableFunc(pods, func(a, b component.Pod) int {
		return cmp.Or(cmp.Compare(turn(a), turn(b)), cmp.Compare(b.Memory, a.Memory))
	})
	empty := emptied(rooms)
	placed := placeAll(pods, rooms)
	var w []Warning
	var outside []string
	for i, pod := range pods {
		switch {
		case placed[i] == pod.Count:
		case placed[i] > 0:
			w = append(w, fewer(p, pod, placed[i]))
		case slices.ContainsFunc(empty, func(r room) bool { return r.holds(pod) }):
			outside = append(outside, pod.Name)
		default:
			w = append(w, nowhere(pod, empty))
		}
	}
	if len(outside) > 0 {
		free := f.Free(p.Namespaces()...)
		w = append(w, Warning{
			Blocks: true,
			What: fmt.Sprintf("the platform does not fit: it asks for %s CPU and %s, the nodes have %s CPU and %s free; no room is left for %s",
				Cores(p.Footprint.CPUMilli), Bytes(p.Footprint.Memory), Cores(free.CPUMilli), Bytes(free.Memory), strings.Join(outside, ", ")),
			Hint: "kubectl describe nodes",
		})
	}
	return w
}

// nowhere says why no node could ever take the pod.
func nowhere(pod component.Pod, empty []room) Warning {
	suitable := slices.DeleteFunc(slices.Clone(empty), func(r room) bool { return !suits(r.node, pod) })
	if len(suitable) == 0 {
		return Warning{
			Blocks: !pod.Elastic,
			What:   fmt.Sprintf("no node here is one that %s may run on: %s; they stay pending until one comes", pod.Name, wanted(pod)),
			Hint:   "kubectl get nodes --show-labels",
		}
	}
	for name, n := range pod.Extended {
		if most := slices.MaxFunc(suitable, func(a, b room) int { return cmp.Compare(a.extended[name], b.extended[name]) }); most.extended[name] < n {
			return Warning{
				Blocks: !pod.Elastic,
				What:   fmt.Sprintf("no node has %d %s for %s; the most that one has is %d", n, name, pod.Name, most.extended[name]),
				Hint:   "--set gpu.devicePlugin=true   # where nodes have GPUs and offer none",
			}
		}
	}
	largest := slices.MaxFunc(suitable, func(a, b room) int {
		return cmp.Or(cmp.Compare(a.memory, b.memory), cmp.Compare(a.cpu, b.cpu))
	})
	return Warning{
		Blocks: true,
		What: fmt.Sprintf("no node has room for %s: it asks for %s CPU and %s; the largest free node has %s CPU and %s",
			pod.Name, Cores(pod.CPUMilli), Bytes(pod.Memory), Cores(largest.cpu), Bytes(largest.memory)),
		Hint: "kubectl describe nodes",
	}
}

// turn is 0 for pods that are placed first, 1 for those that come later.
func turn(p component.Pod) int {
	if p.Elastic {
		return 1
	}
	return 0
}

func fewer(p Plan, pod component.Pod, placed int) Warning {
	what := fmt.Sprintf("only %d of %d %s pods fit at the same time; the rest would wait", placed, pod.Count, pod.Name)
	if !strings.HasSuffix(pod.Name, "-executor") {
		return Warning{What: what, Hint: "kubectl describe nodes"}
	}
	if p.Spec.Workload.DatasetSize != "" {
		return Warning{What: what, Hint: fmt.Sprintf("--set workload.maxExecutors=%d", placed)}
	}
	hint := fmt.Sprintf("--set spark.executor.max=%d", placed)
	if p.Spec.Spark.Executor.Min > placed {
		hint = fmt.Sprintf("--set spark.executor.min=%d ", placed) + hint
	}
	return Warning{What: what, Hint: hint}
}
