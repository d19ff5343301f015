// Package proc starts, finds and stops the sandbox's processes.
//
// A process is found by two environment variables that it was started with,
// read from /proc. There are no pid files to go stale: after a crash or a
// reboot the system itself is the record, and a reused pid is never mistaken.
package proc

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	envDir       = "SPARKWIZ_SANDBOX"
	envComponent = "SPARKWIZ_SANDBOX_COMPONENT"
)

// Process is one live process of a sandbox.
type Process struct {
	PID       int
	Parent    int
	Dir       string // state directory of the sandbox it belongs to
	Component string
	Leader    bool // the component itself, not a child of it such as a shim
	Started   time.Time
	ticks     uint64
}

// Find lists the live processes of the sandbox in dir, oldest first; with an
// empty dir, of every sandbox. Processes of other users cannot be seen.
func Find(dir string) ([]Process, error) {
	pids, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	boot := bootTime()
	var found []Process
	for _, path := range pids {
		pid, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			continue
		}
		if p, ok := read(pid, boot); ok && (dir == "" || p.Dir == dir) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b Process) int { return cmp.Compare(a.ticks, b.ticks) })
	return found, nil
}

// read gives a process when it belongs to a sandbox. A process may vanish
// while it is read, so an error here means only "not there".
func read(pid int, boot time.Time) (Process, bool) {
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil || !bytes.Contains(env, []byte(envDir+"=")) {
		return Process{}, false
	}
	p := Process{PID: pid}
	for kv := range strings.SplitSeq(string(env), "\x00") {
		if v, ok := strings.CutPrefix(kv, envDir+"="); ok {
			p.Dir = v
		} else if v, ok := strings.CutPrefix(kv, envComponent+"="); ok {
			p.Component = v
		}
	}
	st, ok := stat(pid)
	if !ok || st.state == "Z" || p.Dir == "" || p.Component == "" {
		return Process{}, false
	}
	p.Parent, p.Leader, p.ticks = st.parent, st.session == pid, st.ticks
	p.Started = boot.Add(time.Duration(st.ticks) * 10 * time.Millisecond)
	return p, true
}

type procStat struct {
	state           string
	parent, session int
	ticks           uint64 // start, in hundredths of a second after boot
}

// stat parses /proc/PID/stat. The name in parentheses may hold anything, so
// fields are counted from the last closing parenthesis.
func stat(pid int) (procStat, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return procStat{}, false
	}
	f := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(f) < 20 {
		return procStat{}, false
	}
	parent, _ := strconv.Atoi(f[1])
	session, _ := strconv.Atoi(f[3])
	ticks, _ := strconv.ParseUint(f[19], 10, 64)
	return procStat{state: f[0], parent: parent, session: session, ticks: ticks}, true
}

func bootTime() time.Time {
	data, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return time.Now()
	}
	seconds, _ := strconv.ParseFloat(strings.Fields(string(data))[0], 64)
	return time.Now().Add(-time.Duration(seconds * float64(time.Second)))
}

// Leaders maps each component to its process.
func Leaders(ps []Process) map[string]Process {
	m := map[string]Process{}
	for _, p := range ps {
		if p.Leader {
			m[p.Component] = p
		}
	}
	return m
}
