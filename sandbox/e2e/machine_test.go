package e2e

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/cluster"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/host"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
)

// machine is everything about this machine that the sandbox in dir changes, by
// kind. Others work here too: only what could be the sandbox's is looked at.
func machine(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	links, err := netlink.LinkList()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range links {
		names = append(names, l.Attrs().Name)
	}
	m["links"] = lines(names)
	var routes []string
	all, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		routes = append(routes, r.String())
	}
	m["routes"] = lines(routes)
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, dir) || slices.ContainsFunc(host.Binds(""), func(b host.Bind) bool { return strings.Contains(line, " "+b.Target) }) {
			ours = append(ours, line)
		}
	}
	m["mounts"] = lines(ours)
	for _, family := range []string{"iptables", "ip6tables"} {
		m[family] = rules(t, family)
	}
	var dirs []string
	for _, b := range host.Binds("") {
		if _, err := os.Stat(b.Target); err == nil {
			dirs = append(dirs, b.Target)
		}
	}
	for _, d := range []string{"/opt/containerd", "/etc/cni", "/opt/cni", "/tmp/hostpath_pv", "/usr/libexec/kubernetes", "/var/run/kubernetes"} {
		if _, err := os.Stat(d); err == nil {
			dirs = append(dirs, d)
		}
	}
	m["directories"] = lines(dirs)
	groups, _ := filepath.Glob("/sys/fs/cgroup/*/kubepods*")
	m["control groups"] = lines(groups)
	for path, value := range host.Sysctls() {
		m["sysctl "+path] = value
	}
	ps, err := proc.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	var processes []string
	for _, p := range ps {
		processes = append(processes, p.Dir+" "+p.Component)
	}
	m["processes"] = lines(processes)
	return m
}

// rules are the chains and rules of a family. Counters do not count, nor does
// a table that is empty: listing it once makes it.
func rules(t *testing.T, family string) string {
	t.Helper()
	out, err := exec.Command(family + "-save").Output()
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(out)) {
		line = regexp.MustCompile(`\[\d+:\d+\]`).ReplaceAllString(strings.TrimSpace(line), "")
		if strings.HasPrefix(line, "-") || strings.HasPrefix(line, ":") && strings.Contains(line, " - ") {
			kept = append(kept, line)
		}
	}
	return lines(kept)
}

func lines(all []string) string {
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func clusterObject(path string, yaml []byte) []cluster.Object {
	return []cluster.Object{{Path: path, YAML: yaml}}
}

func fetch(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}
