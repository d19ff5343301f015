package host

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/config"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
)

// Programs lists the built programs that are not in binDir.
func Programs(binDir string, names ...string) []report.Requirement {
	var missing []report.Requirement
	for _, name := range names {
		if _, err := exec.LookPath(filepath.Join(binDir, name)); err != nil {
			missing = append(missing, report.Requirement{
				What: name + " is not built in " + binDir, Remedy: "make sandbox",
			})
		}
	}
	return missing
}

// CNIDir is where the distribution keeps the CNI plugins, or "".
func CNIDir() string {
	for _, dir := range []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"} {
		if _, err := os.Stat(filepath.Join(dir, "bridge")); err == nil {
			return dir
		}
	}
	return ""
}

// NeedsRoot says how to get what only root has.
func NeedsRoot() report.Requirement {
	return report.Requirement{What: "a real node needs root", Remedy: "sudo " + strings.Join(os.Args, " ") + "   (nodes that need no root: --nodes simulated)"}
}

// Node lists what the machine lacks for a real node.
func Node() []report.Requirement {
	var missing []report.Requirement
	add := func(bad bool, what, remedy string) {
		if bad {
			missing = append(missing, report.Requirement{What: what, Remedy: remedy})
		}
	}
	if os.Geteuid() != 0 {
		missing = append(missing, NeedsRoot())
	}
	for _, row := range []struct{ pkg, programs string }{
		{"containerd", "containerd ctr containerd-shim-runc-v2"},
		{"runc", "runc"},
		{"iptables", "iptables iptables-save iptables-restore ip6tables-save ip6tables-restore"},
		{"mount util-linux", "mount nsenter"},
	} {
		for p := range strings.FieldsSeq(row.programs) {
			_, err := exec.LookPath(p)
			add(err != nil, "no program "+p, "apt-get install -y "+row.pkg)
		}
	}
	add(CNIDir() == "", "no CNI plugins (bridge, host-local)", "apt-get install -y containernetworking-plugins")
	add(!overlay(), "the kernel has no overlay file system", "modprobe overlay")
	add(!cgroups(), "/sys/fs/cgroup cannot be written: pods cannot be limited", "run on a machine, or in a container started with --privileged and its own writable cgroup mount")
	_, err := os.Stat("/dev/kmsg")
	add(err != nil, "no /dev/kmsg, which the kubelet reads", "ln -s /dev/console /dev/kmsg")
	return missing
}

func overlay() bool {
	has := func() bool {
		data, err := os.ReadFile("/proc/filesystems")
		return err == nil && strings.Contains(string(data), "\toverlay\n")
	}
	if !has() {
		_ = exec.Command("modprobe", "overlay").Run()
	}
	return has()
}

// cgroups tries what the kubelet will do: make a group.
func cgroups() bool {
	if os.Geteuid() != 0 {
		return true // Not knowable without root, whose lack is reported.
	}
	for _, parent := range []string{"/sys/fs/cgroup/memory", "/sys/fs/cgroup"} {
		if _, err := os.Stat(filepath.Join(parent, "cgroup.procs")); err != nil {
			continue
		}
		probe := filepath.Join(parent, "sparkwiz-sandbox-probe-"+strconv.Itoa(os.Getpid()))
		if err := os.Mkdir(probe, 0o755); err != nil {
			return false
		}
		return os.Remove(probe) == nil
	}
	return false
}

// Network lists what stands in the way of the bridge and of kube-proxy.
// Chains are the KUBE-* chains that are there before the sandbox.
func Network(chains []string) []report.Requirement {
	var missing []report.Requirement
	if taken, err := Overlaps(); err != nil {
		missing = append(missing, report.Requirement{What: "the routes cannot be read: " + err.Error(), Remedy: "ip route"})
	} else {
		for _, t := range taken {
			missing = append(missing, report.Requirement{What: "addresses are in use: " + t, Remedy: "ip route   (remove that network, or use --nodes simulated)"})
		}
	}
	for _, c := range chains {
		if strings.HasSuffix(c, " nat KUBE-SERVICES") {
			missing = append(missing, report.Requirement{
				What:   "another Kubernetes' kube-proxy has rules in this machine's iptables",
				Remedy: "stop it, then: " + "kube-proxy --cleanup   (or use that cluster instead of a sandbox)",
			})
		}
	}
	return missing
}

// portPatience is how long a port may stay taken: a process that was killed
// lets go of its sockets a moment after it is gone for everybody else.
const portPatience = 2 * time.Second

// Ports lists the addresses that cannot be listened on.
func Ports(addresses ...string) []report.Requirement {
	var missing []report.Requirement
	end := time.Now().Add(portPatience)
	for _, a := range addresses {
		for taken(a) && time.Now().Before(end) {
			time.Sleep(20 * time.Millisecond)
		}
		if !taken(a) {
			continue
		}
		_, port, _ := net.SplitHostPort(a)
		missing = append(missing, report.Requirement{
			What:   a + " is taken by another program",
			Remedy: "ss -ltnp 'sport = :" + port + "'   (shows who has it; for the API, `up --port 0` takes a free one)",
		})
	}
	return missing
}

// taken tells whether somebody listens there. Lack of root for a low port is
// not that; it is reported by itself.
func taken(address string) bool {
	l, err := listen(address)
	if err == nil {
		l.Close()
	}
	return errors.Is(err, syscall.EADDRINUSE)
}

// listen also takes an address that the machine does not have yet, as the
// bridge's before the bridge is made.
func listen(address string) (net.Listener, error) {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		_ = c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_FREEBIND, 1) })
		return err
	}}
	return lc.Listen(context.Background(), "tcp4", address)
}

// NodePorts are the fixed ports of a real node's components.
func NodePorts() map[string][]string {
	return map[string][]string{
		"coredns":    {config.Gateway + ":53", config.Gateway + ":8181"},
		"kubelet":    {config.Gateway + ":10250"},
		"kube-proxy": {"127.0.0.1:10249", "127.0.0.1:10256"},
	}
}

// FreePort gives a TCP port on host that nobody listens on now.
func FreePort(host string) (int, error) {
	l, err := listen(net.JoinHostPort(host, "0"))
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
