package config

import (
	"fmt"
	"path/filepath"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// Component is one long-running process of the sandbox.
type Component struct {
	Name string
	Args []string // absolute program path first
	// InNode processes share the node's private mount namespace, so that
	// every mount they make vanishes with them.
	InNode bool
}

// Components are the processes of this sandbox, in the order they start.
func (c Config) Components() []Component {
	control := []Component{
		{Name: "etcd", Args: c.etcd()},
		{Name: "apiserver", Args: c.apiserver()},
		{Name: "controller-manager", Args: c.controllerManager()},
		{Name: "scheduler", Args: c.scheduler()},
		{Name: "volumes", Args: []string{
			filepath.Join(c.BinDir, "sparkwiz-sandbox"), "provide-volumes",
			"--kubeconfig=" + c.Dir.Path("kubeconfigs", "volumes"), "--root=" + c.Dir.Path("volumes"),
		}},
	}
	if c.State.Nodes == state.Simulated {
		return append(control, Component{Name: "kwok", Args: c.kwok()})
	}
	return append(control,
		Component{Name: "containerd", Args: []string{"containerd", "--config", c.Dir.Path("config", "containerd.toml")}, InNode: true},
		Component{Name: "kubelet", InNode: true, Args: c.kube("kubelet",
			"--config="+c.Dir.Path("config", "kubelet.yaml"),
			"--kubeconfig="+c.Dir.Path("kubeconfigs", "kubelet"),
			"--hostname-override="+NodeName,
			"--node-ip="+Gateway,
			"--root-dir="+c.Dir.Path("kubelet"),
			"--cert-dir="+c.Dir.Path("kubelet", "pki"))},
		Component{Name: "kube-proxy", Args: c.kube("kube-proxy",
			"--config="+c.Dir.Path("config", "kube-proxy.yaml"), "--hostname-override="+NodeName)},
		Component{Name: "coredns", Args: c.kube("coredns", "-conf", c.Dir.Path("config", "Corefile"))})
}

// Socket is where the sandbox's containerd listens.
func (c Config) Socket() string { return c.Dir.Path("containerd.sock") }

func (c Config) etcd() []string {
	client := fmt.Sprintf("https://127.0.0.1:%d", c.State.Ports.Etcd)
	peer := fmt.Sprintf("https://127.0.0.1:%d", c.State.Ports.EtcdPeer)
	return c.kube("etcd",
		"--name=sandbox", "--data-dir="+c.Dir.Path("etcd"),
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=sandbox="+peer,
		"--client-cert-auth", "--trusted-ca-file="+c.pki("etcd-ca.crt"),
		"--cert-file="+c.pki("etcd.crt"), "--key-file="+c.pki("etcd.key"),
		"--peer-client-cert-auth", "--peer-trusted-ca-file="+c.pki("etcd-ca.crt"),
		"--peer-cert-file="+c.pki("etcd.crt"), "--peer-key-file="+c.pki("etcd.key"),
		// A sandbox may lose its last second when the machine loses power;
		// in exchange a slow disk does not slow every write.
		"--unsafe-no-fsync", "--log-level=warn")
}

func (c Config) apiserver() []string {
	args := c.kube("kube-apiserver",
		"--bind-address="+c.Host(), fmt.Sprintf("--secure-port=%d", c.State.Ports.API),
		"--advertise-address="+c.Host(),
		fmt.Sprintf("--etcd-servers=https://127.0.0.1:%d", c.State.Ports.Etcd),
		"--etcd-cafile="+c.pki("etcd-ca.crt"), "--etcd-certfile="+c.pki("etcd-client.crt"), "--etcd-keyfile="+c.pki("etcd-client.key"),
		"--service-cluster-ip-range="+ServiceCIDR,
		"--client-ca-file="+c.pki("ca.crt"),
		"--tls-cert-file="+c.pki("apiserver.crt"), "--tls-private-key-file="+c.pki("apiserver.key"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file="+c.pki("sa.pub"), "--service-account-signing-key-file="+c.pki("sa.key"),
		"--requestheader-client-ca-file="+c.pki("front-proxy-ca.crt"), "--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file="+c.pki("front-proxy.crt"), "--proxy-client-key-file="+c.pki("front-proxy.key"),
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--allow-privileged",
		"--profiling=false", "--v=1")
	if c.State.Nodes == state.Simulated {
		// No pod ever connects, and an endpoint on loopback is not valid.
		return append(args, "--endpoint-reconciler-type=none")
	}
	return append(args,
		"--kubelet-client-certificate="+c.pki("kubelet-client.crt"), "--kubelet-client-key="+c.pki("kubelet-client.key"),
		"--kubelet-certificate-authority="+c.pki("ca.crt"),
		// The node's name resolves nowhere, so its address comes first.
		"--kubelet-preferred-address-types=InternalIP,Hostname")
}

func (c Config) controllerManager() []string {
	return c.kube("kube-controller-manager",
		"--kubeconfig="+c.Dir.Path("kubeconfigs", "controller-manager"), "--secure-port=0", "--leader-elect=false",
		"--use-service-account-credentials", "--service-account-private-key-file="+c.pki("sa.key"), "--root-ca-file="+c.pki("ca.crt"),
		"--cluster-signing-cert-file="+c.pki("ca.crt"), "--cluster-signing-key-file="+c.pki("ca.key"),
		"--flex-volume-plugin-dir="+c.Dir.Path("flexvolumes"), "--profiling=false", "--v=1")
}

func (c Config) scheduler() []string {
	return c.kube("kube-scheduler", "--kubeconfig="+c.Dir.Path("kubeconfigs", "scheduler"),
		"--secure-port=0", "--leader-elect=false", "--profiling=false", "--v=1")
}

func (c Config) kwok() []string {
	args := []string{
		filepath.Join(c.BinDir, "kwok"),
		"--kubeconfig=" + c.Dir.Path("kubeconfigs", "admin"),
		"--manage-all-nodes=false", "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
		"--node-lease-duration-seconds=40", // Nobody listens there: asking for a pod's log fails at once.
		"--node-ip=127.0.0.1",
	}
	for _, file := range simulatedFiles() {
		args = append(args, "--config="+c.Dir.Path("config", file))
	}
	return args
}
