package verify

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// jupyter is the claim that a notebook works: the server asks for its token, and
// a kernel executes a cell that executors answer. The client is in the image of
// JupyterLab, which brings what its own clients need.
func jupyter() claim {
	const server = "statefulset/jupyter"
	return claim{
		name: "jupyter", title: "JupyterLab", when: installed("jupyter"),
		image: jupyterImage, user: 1000, script: "jupyter.py", memory: "256Mi",
		arguments:   func(plan.Plan) []string { return []string{"--url", "http://jupyter:8888"} },
		environment: jupyterToken,
		clientOf:    []string{"jupyter"},
		reaches:     func(plan.Plan) []peer { return []peer{{"jupyter", "jupyter", 8888}} },
		steps: func(plan.Plan) []step {
			return []step{
				{name: "login", title: "Let in by the token alone", expect: time.Second, logs: server},
				{name: "kernel", title: "Start a kernel", expect: time.Second, logs: server},
				{name: "cell", title: "Execute a cell on executors", expect: 20 * time.Second, logs: server},
				{name: "shutdown", title: "Shut the kernel down", expect: time.Second, logs: server},
			}
		},
	}
}

func jupyterImage(p plan.Plan) string {
	r, _ := release(p, "jupyter")
	image, _ := r.Values["image"].(map[string]any)
	return imageOf(p, fmt.Sprintf("sparkwiz/jupyter:%v", image["tag"]))
}

// jupyterToken hands the client the token that browsers show, by reference.
func jupyterToken(p plan.Plan) []corev1.EnvVar {
	r, _ := release(p, "jupyter")
	for _, d := range r.Doors {
		return []corev1.EnvVar{{Name: "JUPYTER_TOKEN", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: d.Secret}, Key: d.Key,
		}}}}
	}
	return nil
}
