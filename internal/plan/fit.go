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
	}
	return w
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

// room is what one node has left.
type room struct{ cpu, memory int64 }

func (r room) holds(p component.Pod) bool { return r.cpu >= p.CPUMilli && r.memory >= p.Memory }

// space packs the pods onto the nodes: those that are always there before
// executors, the largest first, each on the first node with room. A pod that
// finds none at all blocks the plan, since the apply would only wait for it.
// Some executors too many is a warning: they come and go, and the cluster may
// grow.
func space(p Plan, f facts.Facts) []Warning {
	var rooms []room
	for _, n := range f.Nodes {
		if n.Takes() {
			free := n.Free(p.Namespaces()...)
			rooms = append(rooms, room{free.CPUMilli, free.Memory})
		}
	}
	if len(rooms) == 0 {
		return []Warning{{Blocks: true, What: "no node takes ordinary pods: all are tainted, cordoned or not ready", Hint: "kubectl get nodes"}}
	}
	var pods []component.Pod
	for _, r := range p.Releases {
		pods = append(pods, r.Pods...)
	}
	slices.SortStableFunc(pods, func(a, b component.Pod) int {
		return cmp.Or(cmp.Compare(turn(a), turn(b)), cmp.Compare(b.Memory, a.Memory))
	})
	empty := slices.Clone(rooms)
	var w []Warning
	var outside []string
	for _, pod := range pods {
		switch placed := place(pod, rooms); {
		case placed == pod.Count:
		case placed > 0:
			w = append(w, fewer(p, pod, placed))
		case slices.ContainsFunc(empty, func(r room) bool { return r.holds(pod) }):
			outside = append(outside, pod.Name)
		default:
			largest := slices.MaxFunc(empty, func(a, b room) int {
				return cmp.Or(cmp.Compare(a.memory, b.memory), cmp.Compare(a.cpu, b.cpu))
			})
			w = append(w, Warning{
				Blocks: true,
				What: fmt.Sprintf("no node has room for %s: it asks for %s CPU and %s; the largest free node has %s CPU and %s",
					pod.Name, Cores(pod.CPUMilli), Bytes(pod.Memory), Cores(largest.cpu), Bytes(largest.memory)),
				Hint: "kubectl describe nodes",
			})
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

// turn is 0 for pods that are placed first, 1 for those that come later.
func turn(p component.Pod) int {
	if p.Elastic {
		return 1
	}
	return 0
}

// place takes room for as many of the pods as fit, and counts them.
func place(pod component.Pod, rooms []room) int {
	for placed := range pod.Count {
		i := slices.IndexFunc(rooms, func(r room) bool { return r.holds(pod) })
		if i < 0 {
			return placed
		}
		rooms[i].cpu -= pod.CPUMilli
		rooms[i].memory -= pod.Memory
	}
	return pod.Count
}

func fewer(p Plan, pod component.Pod, placed int) Warning {
	hint := fmt.Sprintf("--set spark.executor.max=%d", placed)
	if p.Spec.Spark.Executor.Min > placed {
		hint = fmt.Sprintf("--set spark.executor.min=%d ", placed) + hint
	}
	return Warning{What: fmt.Sprintf("only %d of %d %s pods fit at the same time; the rest would wait", placed, pod.Count, pod.Name), Hint: hint}
}
