package component

import (
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// placement is where executors go, and what everything else stays off.
type placement struct {
	selector    map[string]string
	tolerations []Toleration
	avoid       []Avoid
}

// pools are all that these answers give to executors.
func pools(s spec.Spec) placement {
	return placed(s, s.GPU.Enabled && s.GPU.Mode == spec.OnGPU)
}

// pools places the executors of a line: on spot nodes, on GPU nodes, or on
// nodes that are both.
func (l line) pools(s spec.Spec) placement { return placed(s, l.asksForGPUs(s)) }

func placed(s spec.Spec, gpus bool) placement {
	p := placement{}
	add := func(pool spec.Pool, t ...Toleration) {
		if p.selector == nil {
			p.selector = map[string]string{}
		}
		p.selector[pool.Label] = pool.Value
		p.tolerations = append(p.tolerations, t...)
		p.avoid = append(p.avoid, Avoid{Key: pool.Label, Values: []string{pool.Value}})
	}
	if pool, ok := spec.SpotPool(s.Scaling.Spot); ok {
		if pool.Taint {
			add(pool, Toleration{Key: pool.Label, Operator: "Equal", Value: pool.Value, Effect: "NoSchedule"})
		} else {
			add(pool)
		}
	}
	if gpus {
		add(spec.GPUPool(), Toleration{Key: "nvidia.com/gpu", Operator: "Exists", Effect: "NoSchedule"})
	}
	return p
}

// avoidNodes is a chart's value: what pods that are no executors stay off.
func avoidNodes(s spec.Spec) []any {
	nodes := []any{}
	for _, a := range pools(s).avoid {
		values := []any{}
		for _, v := range a.Values {
			values = append(values, v)
		}
		nodes = append(nodes, map[string]any{"key": a.Key, "values": values})
	}
	return nodes
}

// executorNodes are the values of a Spark chart that place executors.
func executorNodes(p placement) (selector map[string]any, tolerations []any) {
	selector, tolerations = map[string]any{}, []any{}
	for key, value := range p.selector {
		selector[key] = value
	}
	for _, t := range p.tolerations {
		toleration := map[string]any{"key": t.Key, "operator": t.Operator, "effect": t.Effect}
		if t.Value != "" {
			toleration["value"] = t.Value
		}
		tolerations = append(tolerations, toleration)
	}
	return selector, tolerations
}
