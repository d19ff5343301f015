package spec

// Pool is how the nodes of a pool are told from others: by a label, and a
// taint where the cloud puts one on them.
type Pool struct {
	Label, Value string
	Taint        bool // tainted with the same key and value, effect NoSchedule
}

// SpotPool is how a cloud marks its spot nodes. Sources: the clouds' own
// documentation of managed node groups (EKS), NodePools (Karpenter), Spot VMs
// (GKE) and spot node pools (AKS). Karpenter and GKE taint spot nodes only
// where their owner says so; a toleration does no harm where there is no taint.
func SpotPool(cloud string) (Pool, bool) {
	switch cloud {
	case EKS:
		return Pool{Label: "eks.amazonaws.com/capacityType", Value: "SPOT"}, true
	case Karpenter:
		return Pool{Label: "karpenter.sh/capacity-type", Value: "spot", Taint: true}, true
	case GKE:
		return Pool{Label: "cloud.google.com/gke-spot", Value: "true", Taint: true}, true
	case AKS:
		return Pool{Label: "kubernetes.azure.com/scalesetpriority", Value: "spot", Taint: true}, true
	default:
		return Pool{}, false
	}
}

// GPUPool is how NVIDIA's feature discovery marks nodes, and the taint that
// GPU pools usually have.
func GPUPool() Pool { return Pool{Label: "nvidia.com/gpu.present", Value: "true"} }
