package config

import (
	"bytes"
	"embed"
	"text/template"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

//go:embed files
var embedded embed.FS

// realFiles and simulatedFiles name the configuration files of each kind.
func realFiles() []string {
	return []string{"containerd.toml", "cni/10-sandbox.conflist", "kubelet.yaml", "kube-proxy.yaml", "Corefile"}
}

func simulatedFiles() []string {
	return []string{"stages/nodes.yaml", "stages/pods.yaml", "stages/faults.yaml"}
}

// files renders the configuration files by name. The templates are embedded
// and covered by tests, so a template that fails is a bug, shown as its text.
func (c Config) files() map[string]string {
	names := simulatedFiles()
	if c.State.Nodes == state.Real {
		names = realFiles()
	}
	out := map[string]string{}
	for _, name := range names {
		out[name] = c.render(name)
	}
	return out
}

func (c Config) render(name string) string {
	source, err := embedded.ReadFile("files/" + name)
	if err != nil {
		return err.Error()
	}
	// Stages hold templates of kwok's own, so ours have other delimiters.
	t, err := template.New(name).Delims("<<", ">>").Option("missingkey=error").Parse(string(source))
	if err != nil {
		return err.Error()
	}
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{
		"Dir": string(c.Dir), "Socket": c.Socket(), "CNIDir": c.CNIDir,
		"Bridge": Bridge, "Gateway": Gateway, "PodCIDR": PodCIDR, "ServiceCIDR": ServiceCIDR,
		"PauseImage": PauseImage, "Resolver": c.Resolver, "BridgeFilter": c.BridgeFilter,
	}); err != nil {
		return err.Error()
	}
	return b.String()
}
