package component

import (
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// notebookImages are the tags of JupyterLab's image by line of Spark: the
// versions of the client in it. Patches of one line understand each other, so
// that there is one image for each line.
func notebookImages() map[string]string { return map[string]string{"35": "3.5.7", "41": "4.1.4"} }

const notebookSecret = "jupyter"

// jupyter needs no Spark to start: a notebook connects when a cell asks.
func jupyter() Component {
	return Component{
		Name: "jupyter", Title: "JupyterLab", Chart: "jupyter",
		When: func(s spec.Spec) bool { return s.Jupyter.Enabled },
		Secrets: func(s spec.Spec) []secret.Ref {
			refs := []secret.Ref{{Secret: notebookSecret, Key: "token", Purpose: "what browsers must show to JupyterLab"}}
			if notebookLine(s).asksForToken(s) {
				refs = append(refs, connectToken())
			}
			return refs
		},
		Pods: func(s spec.Spec) []Pod { return []Pod{notebookPod(s)} },
		Doors: func(spec.Spec) []Door {
			return []Door{{Title: "JupyterLab", Service: "jupyter", Port: 8888, Scheme: "http", Secret: notebookSecret, Key: "token"}}
		},
		Flows:  notebookFlows,
		Values: notebookValues,
	}
}

// notebookLine is the line of Spark that notebooks use.
func notebookLine(s spec.Spec) line {
	var chosen line
	for _, l := range lines() { // The newest comes last.
		if s.Jupyter.Line == l.short || (s.Jupyter.Line == spec.NewestLine && l.of(s).Enabled) {
			chosen = l
		}
	}
	return chosen
}

// notebookPod has room for the server and two or three kernels with their
// data in dev, and for those of a team elsewhere.
func notebookPod(s spec.Spec) Pod {
	p := Pod{Name: "jupyter", Count: 1, CPUMilli: 500, Memory: 4096 * mib, Volume: quantity(s.Jupyter.Size)}
	if s.Environment == spec.Dev {
		p.CPUMilli, p.Memory = 100, 1024*mib
	}
	return p
}

func notebookValues(s spec.Spec) map[string]any {
	l := notebookLine(s)
	token := map[string]any{"enabled": false}
	if l.asksForToken(s) {
		token = map[string]any{"enabled": true, "existingSecret": connectSecret, "key": "token"}
	}
	server := map[string]any{"app.kubernetes.io/name": "spark-connect", "app.kubernetes.io/instance": l.release}
	return map[string]any{
		"imageRegistry": s.Images.Registry,
		"image":         map[string]any{"tag": notebookImages()[l.short]},
		"token":         map[string]any{"existingSecret": notebookSecret, "key": "token"},
		"spark":         map[string]any{"service": l.release + "-connect", "port": 15002, "token": token},
		"persistence":   map[string]any{"size": s.Jupyter.Size, "storageClass": s.Storage.Class},
		"resources":     resources(notebookPod(s)),
		"networkPolicy": map[string]any{"connectPeers": []any{
			map[string]any{"podSelector": map[string]any{"matchLabels": server}},
		}},
	}
}
