package plan

import (
	"cmp"
	"fmt"
	"slices"

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
	for _, what := range []string{"nodes", "pods", "storageClasses"} {
		if why, ok := f.Unknown[what]; ok {
			w = append(w, Warning{What: fmt.Sprintf("whether the platform fits is unknown: %s could not be listed (%s)", what, why)})
		}
	}
	if f.Unknown["storageClasses"] == "" {
		w = append(w, storage(p, f)...)
	}
	if f.Unknown["nodes"] == "" && f.Unknown["pods"] == "" {
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
	if _, ok := f.DefaultStorageClass(); class == "" && !ok {
		return []Warning{{Blocks: true, What: "the cluster has no default StorageClass, so volumes would stay pending", Hint: fmt.Sprintf("--set storage.class=…   # here: %v", names)}}
	}
	if class != "" && !slices.Contains(names, class) {
		return []Warning{{Blocks: true, What: fmt.Sprintf("there is no StorageClass %q", class), Hint: fmt.Sprintf("--set storage.class=…   # here: %v", names)}}
	}
	return nil
}

// space packs the pods onto the nodes, largest first into the first node with
// room. A pod that alone is too large for every node blocks the plan; a sum
// that is too large is a warning, since executors come and go and the cluster
// may grow.
func space(p Plan, f facts.Facts) []Warning {
	type room struct{ cpu, memory int64 }
	var rooms []room
	for _, n := range f.Nodes {
		if n.Takes() {
			free := n.Free(p.Namespace)
			rooms = append(rooms, room{free.CPUMilli, free.Memory})
		}
	}
	if len(rooms) == 0 {
		return []Warning{{Blocks: true, What: "no node takes ordinary pods: all are tainted, cordoned or not ready", Hint: "kubectl get nodes"}}
	}
	largest := slices.MaxFunc(rooms, func(a, b room) int {
		return cmp.Or(cmp.Compare(a.memory, b.memory), cmp.Compare(a.cpu, b.cpu))
	})
	var pods []component.Pod
	for _, r := range p.Releases {
		pods = append(pods, r.Pods...)
	}
	slices.SortStableFunc(pods, func(a, b component.Pod) int { return cmp.Compare(b.Memory, a.Memory) })
	var w []Warning
	for _, pod := range pods {
		placed := 0
		for range pod.Count {
			i := slices.IndexFunc(rooms, func(r room) bool { return r.cpu >= pod.CPUMilli && r.memory >= pod.Memory })
			if i < 0 {
				break
			}
			rooms[i].cpu -= pod.CPUMilli
			rooms[i].memory -= pod.Memory
			placed++
		}
		switch {
		case placed == pod.Count:
		case placed == 0:
			w = append(w, Warning{Blocks: true,
				What: fmt.Sprintf("no node has room for %s: it asks for %s CPU and %s; the largest free node has %s CPU and %s",
					pod.Name, Cores(pod.CPUMilli), Bytes(pod.Memory), Cores(largest.cpu), Bytes(largest.memory)),
				Hint: "kubectl describe nodes"})
		default:
			w = append(w, Warning{
				What: fmt.Sprintf("only %d of %d %s pods fit at the same time; the rest would wait", placed, pod.Count, pod.Name),
				Hint: fmt.Sprintf("--set spark.executor.max=%d", placed)})
		}
	}
	return w
}

// Cores writes thousandths of a core as people say them: 1.5, 0.25.
func Cores(milli int64) string {
	return fmt.Sprintf("%.4g", float64(milli)/1000)
}

// Bytes writes an amount of memory or disk: 768 Mi, 1.5 Gi.
func Bytes(n int64) string {
	const gib = int64(1) << 30
	if n >= gib {
		return fmt.Sprintf("%.3g Gi", float64(n)/float64(gib))
	}
	return fmt.Sprintf("%d Mi", n>>20)
}
