// Package config renders everything the components are started with:
// arguments, configuration files, certificates' rows and kubeconfigs.
package config

import (
	"net"
	"path/filepath"
	"strconv"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/pki"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// The sandbox's addresses. Only a real node needs the bridge and its routes.
const (
	Bridge      = "spwz0"
	Gateway     = "10.88.0.1"
	PodCIDR     = "10.88.0.0/16"
	ServiceCIDR = "10.96.0.0/16"
	APIService  = "10.96.0.1" // the first address of ServiceCIDR, by Kubernetes' rule
	NodeName    = "node1"
	PauseImage  = "localhost/sparkwiz/pause:1"
)

// Config is what the rendering depends on, and nothing else.
type Config struct {
	Dir    state.Dir
	State  state.State
	BinDir string // where sparkwiz-sandbox-kube, kwok and the pause binary are
	CNIDir string // where the distribution keeps the CNI plugins
	// Resolver is true when the machine has a name server to forward to.
	Resolver bool
	// BridgeFilter is true when bridged packets pass iptables.
	BridgeFilter bool
}

// Host is the address that the API server binds to.
func (c Config) Host() string {
	if c.State.Nodes == state.Real {
		return Gateway
	}
	return "127.0.0.1"
}

// Server is the URL of the API server.
func (c Config) Server() string {
	return "https://" + net.JoinHostPort(c.Host(), strconv.Itoa(c.State.Ports.API))
}

// Context is the name of the context in the user's kubeconfig.
func (c Config) Context() string {
	if c.State.Name == state.DefaultName {
		return "sparkwiz-sandbox"
	}
	return "sparkwiz-sandbox-" + c.State.Name
}

func (c Config) pki(name string) string { return c.Dir.Path("pki", name) }

func (c Config) kube(program string, args ...string) []string {
	return append([]string{filepath.Join(c.BinDir, "sparkwiz-sandbox-kube"), program}, args...)
}

// Authorities are the certificate authorities. Etcd has its own: whoever has a
// certificate of the cluster's must not be able to write past the API server.
func Authorities() []string { return []string{"ca", "etcd-ca", "front-proxy-ca"} }

// Leaves are the certificates, one row each.
func (c Config) Leaves() []pki.Leaf {
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	return []pki.Leaf{
		{
			Name: "apiserver", CA: "ca", User: "kube-apiserver",
			DNS: []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
			IPs: append(loopback, net.ParseIP(APIService), net.ParseIP(Gateway)),
		},
		{Name: "etcd", CA: "etcd-ca", User: "etcd", DNS: []string{"localhost"}, IPs: loopback},
		{Name: "etcd-client", CA: "etcd-ca", User: "kube-apiserver"},
		{Name: "front-proxy", CA: "front-proxy-ca", User: "front-proxy-client"},
		{Name: "kubelet-client", CA: "ca", User: "kube-apiserver-kubelet-client"},
		{Name: "admin", CA: "ca", User: "sparkwiz-sandbox-admin", Groups: []string{"system:masters"}},
		{Name: "controller-manager", CA: "ca", User: "system:kube-controller-manager"},
		{Name: "scheduler", CA: "ca", User: "system:kube-scheduler"},
		{Name: "volumes", CA: "ca", User: "system:sandbox-volumes"},
		{Name: "proxy", CA: "ca", User: "system:kube-proxy"},
		{Name: "coredns", CA: "ca", User: "system:coredns"},
		{
			Name: "kubelet", CA: "ca", User: "system:node:" + NodeName, Groups: []string{"system:nodes"},
			DNS: []string{NodeName}, IPs: []net.IP{net.ParseIP(Gateway)},
		},
	}
}

// Write renders every file. Files that already say the same are not touched.
func (c Config) Write() error {
	for _, user := range []string{"controller-manager", "scheduler", "volumes", "proxy", "coredns", "kubelet", "admin"} {
		if err := c.Kubeconfig(c.Dir.Path("kubeconfigs", user), c.Context(), user); err != nil {
			return err
		}
	}
	for name, text := range c.files() {
		if _, err := state.WriteFile(c.Dir.Path("config", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return c.Kubeconfig(c.Dir.Kubeconfig(), c.Context(), "admin")
}
