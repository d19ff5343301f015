package question

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// gpu is the name under which nodes offer NVIDIA's GPUs to pods.
const gpu = "nvidia.com/gpu"

func withGPU(s spec.Spec) bool { return s.GPU.Enabled }

func gpuRows() []Question {
	return []Question{{
		Key: "gpu.enabled", Page: "gpu", Title: "GPU executors", Required: true,
		Help:  "RAPIDS runs SQL on GPUs of the executors. The Connect server needs none and stays off GPU nodes.",
		Field: func(s *spec.Spec) any { return &s.GPU.Enabled },
		Options: func(f facts.Facts) []Option {
			return []Option{{Value: "false", Label: "No", Note: unused(f)}, {Value: "true", Label: "Yes", Note: offered(f)}}
		},
	}, {
		Key: "gpu.mode", Page: "gpu", Title: "What RAPIDS does", When: withGPU,
		Help: "'Explain only' needs no GPU: queries run on the CPU, and the server's log says which parts of them would run on a GPU " +
			"and why the others would not. It answers whether GPUs would pay before anybody rents one.",
		Field: func(s *spec.Spec) any { return &s.GPU.Mode },
		Options: func(f facts.Facts) []Option {
			on := Option{Value: spec.OnGPU, Label: "Run on GPUs", Note: offered(f)}
			return []Option{on, {Value: spec.ExplainOnly, Label: "Explain only", Note: "needs no GPU"}}
		},
	}, {
		Key: "gpu.devicePlugin", Page: "gpu", Title: "Install NVIDIA's device plugin",
		When: func(s spec.Spec) bool { return s.GPU.Enabled && s.GPU.Mode == spec.OnGPU },
		Help: "The device plugin makes nodes offer nvidia.com/gpu and labels them. Clouds' GPU node images and the GPU operator " +
			"bring it along; install it where nodes have GPUs and offer none.",
		Field: func(s *spec.Spec) any { return &s.GPU.DevicePlugin },
	}}
}

// unused says what stays idle without GPUs.
func unused(f facts.Facts) string {
	if f.Offers(gpu) > 0 {
		return "the cluster has GPUs; they stay unused"
	}
	return ""
}

// offered says how many GPUs there are. None is no reason to refuse: a node
// pool may be scaled to zero, and 'explain only' needs none.
func offered(f facts.Facts) string {
	switch n := f.Offers(gpu); {
	case !f.Known:
		return ""
	case f.Unknown["nodes"] != "":
		return "whether nodes offer GPUs is unknown"
	case n == 0:
		return "no node offers " + gpu
	default:
		return fmt.Sprintf("%d on the nodes here", n)
	}
}
