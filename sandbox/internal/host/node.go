package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// Bind is a path that a component insists on, and where below the state
// directory the node's own mount namespace puts it.
type Bind struct{ Target, Source string }

// Binds lists the hard-wired paths of the kubelet, containerd and CNI.
func Binds(dir state.Dir) []Bind {
	return []Bind{
		{"/run/containerd", dir.Path("node", "run-containerd")},
		{"/run/netns", dir.Path("node", "run-netns")},
		{"/var/lib/cni", dir.Path("node", "cni")},
		{"/var/lib/kubelet", dir.Path("node", "var-lib-kubelet")},
		{"/var/log/pods", dir.Path("node", "log-pods")},
		{"/var/log/containers", dir.Path("node", "log-containers")},
	}
}

// MissingTargets lists, parents first, the directories that MakeTargets will
// make. The caller records them before, so that a crash leaves no orphan.
func MissingTargets(binds []Bind) []string {
	var missing []string
	for _, b := range binds {
		for d := b.Target; d != "/"; d = filepath.Dir(d) {
			if _, err := os.Stat(d); err == nil {
				break
			}
			if !slices.Contains(missing, d) {
				missing = append(missing, d)
			}
		}
	}
	slices.Sort(missing)
	return missing
}

// MakeTargets makes both ends of every bind.
func MakeTargets(binds []Bind) error {
	for _, b := range binds {
		for _, d := range []string{b.Target, b.Source} {
			if err := os.MkdirAll(d, 0o755); err != nil {
				return err
			}
		}
	}
	return nil
}

// RemoveTargets removes the mount points in made that are empty again.
func RemoveTargets(made []string) {
	for _, d := range slices.Backward(made) {
		_ = os.Remove(d) // Somebody else may use it by now: then it stays.
	}
}

// Holder is the shell command that makes the binds in its own mount namespace
// and then stays, for the other processes of the node to enter.
func Holder(binds []Bind) []string {
	var script strings.Builder
	script.WriteString("set -e\n")
	for _, b := range binds {
		fmt.Fprintf(&script, "mount --bind %s %s\n", quote(b.Source), quote(b.Target))
	}
	script.WriteString("exec sleep infinity\n")
	return []string{"/bin/sh", "-c", script.String()}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// sysctls are the kernel settings that the sandbox or its kubelet changes. IP
// forwarding, which pods need too, is not put back: others rely on it unseen.
func sysctls() map[string]string {
	return map[string]string{
		"net/bridge/bridge-nf-call-iptables": "1",
		"vm/overcommit_memory":               "",
		"vm/panic_on_oom":                    "",
		"kernel/panic":                       "",
		"kernel/panic_on_oops":               "",
		"kernel/keys/root_maxkeys":           "",
		"kernel/keys/root_maxbytes":          "",
	}
}

// Sysctls reads the settings as they are now.
func Sysctls() map[string]string {
	now := map[string]string{}
	for path := range sysctls() {
		if data, err := os.ReadFile("/proc/sys/" + path); err == nil {
			now[path] = strings.TrimSpace(string(data))
		}
	}
	return now
}

// SetSysctls turns on what pods' traffic needs. A kernel without the bridge
// filter is served by kube-proxy's masquerading instead.
func SetSysctls() error {
	for path, value := range sysctls() {
		if value != "" {
			_ = os.WriteFile("/proc/sys/"+path, []byte(value), 0)
		}
	}
	const forward = "/proc/sys/net/ipv4/ip_forward"
	if data, err := os.ReadFile(forward); err == nil && strings.TrimSpace(string(data)) == "1" {
		return nil
	}
	if err := os.WriteFile(forward, []byte("1"), 0); err != nil {
		return fmt.Errorf("turn on IP forwarding: %w (try: sysctl -w net.ipv4.ip_forward=1)", err)
	}
	return nil
}

// BridgeFilter tells whether bridged packets pass iptables.
func BridgeFilter() bool {
	data, err := os.ReadFile("/proc/sys/net/bridge/bridge-nf-call-iptables")
	return err == nil && strings.TrimSpace(string(data)) == "1"
}

// RestoreSysctls writes back the values from before.
func RestoreSysctls(before map[string]string) error {
	now := Sysctls()
	var errs []error
	for path, value := range before {
		if now[path] != value {
			errs = append(errs, os.WriteFile("/proc/sys/"+path, []byte(value), 0))
		}
	}
	return errors.Join(errs...)
}

// RemoveCgroups removes the pods' control groups, in either version's layout.
// Groups that still hold processes, somebody else's then, stay.
func RemoveCgroups() {
	for _, pattern := range []string{"/sys/fs/cgroup/kubepods", "/sys/fs/cgroup/*/kubepods"} {
		roots, _ := filepath.Glob(pattern)
		for _, root := range roots {
			var dirs []string
			_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					dirs = append(dirs, path)
				}
				return nil
			})
			for _, d := range slices.Backward(dirs) {
				_ = os.Remove(d)
			}
		}
	}
}
