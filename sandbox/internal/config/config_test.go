package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/pki"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

func example(t *testing.T, nodes state.Nodes) Config {
	t.Helper()
	c := Config{
		Dir: state.Dir(t.TempDir()), BinDir: "/bin/dir", CNIDir: "/cni", Resolver: true, BridgeFilter: true,
		State: state.State{Name: state.DefaultName, Nodes: nodes, Ports: state.Ports{API: 6443, Etcd: 1, EtcdPeer: 2}},
	}
	if err := pki.Ensure(c.Dir.Path("pki"), Authorities(), c.Leaves(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(); err != nil {
		t.Fatal(err)
	}
	return c
}

// Nothing may listen on all of the machine's addresses.
func TestBindsToLoopbackAndBridgeOnly(t *testing.T) {
	for _, nodes := range []state.Nodes{state.Simulated, state.Real} {
		c := example(t, nodes)
		for _, component := range c.Components() {
			if all := strings.Join(component.Args, " "); strings.Contains(all, "0.0.0.0") {
				t.Errorf("%s nodes: %s", nodes, all)
			}
		}
		for name, text := range c.files() {
			if strings.Contains(strings.ReplaceAll(text, `"dst": "0.0.0.0/0"`, ""), "0.0.0.0") {
				t.Errorf("%s nodes: %s binds to every address:\n%s", nodes, name, text)
			}
		}
	}
}

func TestFilesAreWellFormed(t *testing.T) {
	for _, nodes := range []state.Nodes{state.Simulated, state.Real} {
		c := example(t, nodes)
		for name, text := range c.files() {
			if strings.Contains(text, "<<") || strings.Contains(text, "template:") {
				t.Errorf("%s is not rendered:\n%s", name, text)
			}
			var parsed any
			var err error
			switch filepath.Ext(name) {
			case ".yaml":
				for doc := range strings.SplitSeq(text, "\n---\n") {
					err = yaml.Unmarshal([]byte(doc), &parsed)
				}
			case ".conflist":
				err = json.Unmarshal([]byte(text), &parsed)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestOptionalParts(t *testing.T) {
	for _, row := range []struct {
		file, part string
		change     func(*Config)
	}{
		{"Corefile", "forward .", func(c *Config) { c.Resolver = false }},
		{"kube-proxy.yaml", "masqueradeAll: true", func(c *Config) { c.BridgeFilter = true }},
	} {
		with := Config{State: state.State{Nodes: state.Real}, Resolver: true}
		without := with
		row.change(&without)
		if !strings.Contains(with.render(row.file), row.part) || strings.Contains(without.render(row.file), row.part) {
			t.Errorf("%s: %q does not depend on its switch", row.file, row.part)
		}
	}
}

func TestKubeconfig(t *testing.T) {
	c := example(t, state.Real)
	info, err := os.Stat(c.Dir.Kubeconfig())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	k, err := clientcmd.LoadFromFile(c.Dir.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	if k.CurrentContext != "sparkwiz-sandbox" || k.Clusters[k.CurrentContext].Server != "https://10.88.0.1:6443" {
		t.Errorf("context %s, clusters %v", k.CurrentContext, k.Clusters)
	}
	c.State.Name = "two"
	if c.Context() != "sparkwiz-sandbox-two" {
		t.Errorf("context of another sandbox: %s", c.Context())
	}
}

func TestComponents(t *testing.T) {
	names := func(c Config) (all []string) {
		for _, component := range c.Components() {
			all = append(all, component.Name)
		}
		return all
	}
	control := []string{"etcd", "apiserver", "controller-manager", "scheduler", "volumes"}
	for nodes, want := range map[state.Nodes][]string{
		state.Simulated: append(slices.Clone(control), "kwok"),
		state.Real:      append(slices.Clone(control), "containerd", "kubelet", "kube-proxy", "coredns"),
	} {
		if got := names(example(t, nodes)); !slices.Equal(got, want) {
			t.Errorf("%s nodes: %v, want %v", nodes, got, want)
		}
	}
}
