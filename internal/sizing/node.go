package sizing

import "math"

// Node is what pods find on a machine.
type Node struct {
	CPUMilli  int64 `json:"cpuMilli"`  // allocatable, after the DaemonSets
	MemoryMiB int64 `json:"memoryMiB"` // the same
}

// What DaemonSets (network, proxy, log shipper, metrics) usually ask for on
// each node. An assumption; on a cluster that was looked at, the real free
// room is taken instead.
const (
	daemonMilli = 200
	daemonMiB   = 256
)

// Allocatable is what a managed Kubernetes leaves of a machine, and then the
// DaemonSets. CPU: 6 % of the first core, 1 % of the second, 0.5 % of the next
// two, 0.25 % of the rest (EKS and GKE); AKS has a table. Memory: EKS keeps
// 255 MiB, 11 MiB for each pod and 100 MiB before eviction; GKE and AKS keep
// 25, 20, 10, 6 and 2 % of rising parts, and 100 or 750 MiB before eviction.
// Sources: learnk8s.io/allocatable-resources; chunliu.me, "Node allocatable in
// AKS". What the machine itself keeps of its nominal memory, 2 to 3 %, is not
// in these formulas and is taken off first.
func (p Price) Allocatable() Node {
	cpu := int64(p.VCPU*1000) - reservedMilli(p.Cloud, p.VCPU)
	memory := p.MemoryGiB * 1024 * 0.975
	switch p.Cloud {
	case "gcp":
		memory -= tiers(p.MemoryGiB)*1024 + 100
	case "azure":
		memory -= tiers(p.MemoryGiB)*1024 + 750
	default:
		memory -= 255 + 11*podsOf(p.VCPU) + 100
	}
	return Node{CPUMilli: max(0, cpu-daemonMilli), MemoryMiB: max(0, int64(memory)-daemonMiB)}
}

func reservedMilli(cloud string, vcpu float64) int64 {
	if cloud == "azure" {
		// 60, 100, 140, 180, 260, 420, 740 for 1, 2, 4, 8, 16, 32, 64 cores.
		switch {
		case vcpu <= 1:
			return 60
		case vcpu <= 2:
			return 100
		case vcpu <= 4:
			return 140
		default:
			return int64(100 + 10*vcpu)
		}
	}
	reserved := 0.0
	for _, part := range []struct{ cores, share float64 }{{1, 60}, {1, 10}, {2, 5}, {math.Inf(1), 2.5}} {
		n := min(vcpu, part.cores)
		reserved += n * part.share
		if vcpu -= n; vcpu <= 0 {
			break
		}
	}
	return int64(math.Ceil(reserved))
}

// tiers is the part of a node's memory, in GiB, that GKE and AKS keep.
func tiers(memory float64) float64 {
	reserved := 0.0
	for _, part := range []struct{ size, share float64 }{{4, 0.25}, {4, 0.20}, {8, 0.10}, {112, 0.06}, {math.Inf(1), 0.02}} {
		n := min(memory, part.size)
		reserved += n * part.share
		if memory -= n; memory <= 0 {
			break
		}
	}
	return reserved
}

// podsOf is how many pods EKS lets run on a machine: bound by its network
// addresses, 58 with 4 to 8 cores and 234 with 16 to 48 (ENI limits).
func podsOf(vcpu float64) float64 {
	switch {
	case vcpu <= 2:
		return 29
	case vcpu <= 8:
		return 58
	default:
		return 234
	}
}

// Fit is how executors go onto a node.
type Fit struct {
	Instance       string  `json:"instance"`
	PerNode        int     `json:"perNode"` // executors on one node; 0: not even one
	Nodes          int     `json:"nodes"`   // for all executors
	CPURequest     int     `json:"cpuRequestMilli"`
	StrandedCPU    float64 `json:"strandedCpu"`    // share of what pods could have, 0 to 1
	StrandedMemory float64 `json:"strandedMemory"` // the same
	AllocatableCPU int64   `json:"allocatableCpuMilli"`
	AllocatableMiB int64   `json:"allocatableMemoryMiB"`
}

// SlotMilli is the CPU that an executor asks for, for each of its task slots,
// in thousandths of a core. It is less than a core because a machine with 4
// never has 4 to give; CPU is not limited, so a busy slot gets a whole one.
const SlotMilli = 900

// fit packs executors of one shape onto machines of one kind.
func fit(p Price, executors, cores int, podMiB int64) Fit {
	n := p.Allocatable()
	f := Fit{Instance: p.Instance, CPURequest: cores * SlotMilli, AllocatableCPU: n.CPUMilli, AllocatableMiB: n.MemoryMiB}
	byMemory := int(n.MemoryMiB / podMiB)
	byCPU := int(n.CPUMilli) / f.CPURequest
	f.PerNode = min(byMemory, byCPU)
	if f.PerNode < 1 {
		return f
	}
	f.Nodes = (executors + f.PerNode - 1) / f.PerNode
	f.StrandedCPU = 1 - float64(f.PerNode*f.CPURequest)/float64(n.CPUMilli)
	f.StrandedMemory = 1 - float64(int64(f.PerNode)*podMiB)/float64(n.MemoryMiB)
	return f
}
