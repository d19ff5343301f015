package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// room is what one node has left.
type room struct {
	node        facts.Node
	cpu, memory int64
	extended    map[string]int64
}

// roomsOf are the nodes as a platform in these namespaces finds them: what it
// has on them already counts as free.
func roomsOf(f facts.Facts, namespaces ...string) []room {
	var rooms []room
	for _, n := range f.Nodes {
		free := n.Free(namespaces...)
		rooms = append(rooms, room{n, free.CPUMilli, free.Memory, free.Extended})
	}
	return rooms
}

// emptied is a copy that is not used up by placing pods.
func emptied(rooms []room) []room {
	all := slices.Clone(rooms)
	for i := range all {
		all[i].extended = maps.Clone(all[i].extended)
	}
	return all
}

func (r room) holds(p component.Pod) bool {
	for name, n := range p.Extended {
		if r.extended[name] < n {
			return false
		}
	}
	return suits(r.node, p) && r.cpu >= p.CPUMilli && r.memory >= p.Memory
}

// suits reports whether the scheduler would consider the node at all.
func suits(n facts.Node, p component.Pod) bool {
	if !n.Ready || n.Unschedulable {
		return false
	}
	for key, value := range p.Selector {
		if got, ok := n.Labels[key]; !ok || got != value {
			return false
		}
	}
	for _, a := range p.Avoid {
		if got, ok := n.Labels[a.Key]; ok && slices.Contains(a.Values, got) {
			return false
		}
	}
	return !slices.ContainsFunc(n.Taints, func(t facts.Taint) bool {
		return t.Effect != "PreferNoSchedule" && !slices.ContainsFunc(p.Tolerations, func(o component.Toleration) bool { return tolerates(o, t) })
	})
}

func tolerates(o component.Toleration, t facts.Taint) bool {
	return o.Key == t.Key && (o.Operator == "Exists" || o.Value == t.Value) && (o.Effect == "" || o.Effect == t.Effect)
}

// placeAll places pods in order, and counts how many of each found room. Of
// those that come and go one of each kind is placed before a second of any:
// they make room for each other when they are done.
func placeAll(pods []component.Pod, rooms []room) []int {
	placed := make([]int, len(pods))
	for i, pod := range pods {
		if !pod.Elastic {
			placed[i] = place(pod, pod.Count, rooms)
		}
	}
	for _, first := range []bool{true, false} {
		for i, pod := range pods {
			switch {
			case !pod.Elastic || pod.Count == 0:
			case first:
				placed[i] = place(pod, 1, rooms)
			case placed[i] > 0:
				placed[i] += place(pod, pod.Count-1, rooms)
			}
		}
	}
	return placed
}

// place takes room for as many of the pods as fit, up to count.
func place(pod component.Pod, count int, rooms []room) int {
	for placed := range count {
		i := slices.IndexFunc(rooms, func(r room) bool { return r.holds(pod) })
		if i < 0 {
			return placed
		}
		rooms[i].cpu -= pod.CPUMilli
		rooms[i].memory -= pod.Memory
		for name, n := range pod.Extended {
			rooms[i].extended[name] -= n
		}
	}
	return count
}

// wanted says which nodes a pod may run on, in the words of kubectl.
func wanted(p component.Pod) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(p.Selector)) {
		parts = append(parts, key+"="+p.Selector[key])
	}
	for _, a := range p.Avoid {
		parts = append(parts, fmt.Sprintf("%s not %s", a.Key, strings.Join(a.Values, " or ")))
	}
	if len(parts) == 0 {
		return "untainted and ready"
	}
	return strings.Join(parts, ", ")
}
