package proc

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Stop ends a process: politely, and after patience by force. Before each
// signal the process is read again, so that a reused pid is never hit.
func Stop(p Process, patience time.Duration) error {
	for _, step := range []struct {
		signal   syscall.Signal
		patience time.Duration
	}{{syscall.SIGTERM, patience}, {syscall.SIGKILL, 10 * time.Second}} {
		if !Alive(p) {
			return nil
		}
		if step.patience <= 0 {
			continue
		}
		if err := syscall.Kill(p.PID, step.signal); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("stop %s (pid %d): %w", p.Component, p.PID, err)
		}
		for end := time.Now().Add(step.patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if !Alive(p) {
				return nil
			}
		}
	}
	if Alive(p) {
		return fmt.Errorf("%s (pid %d) does not end, even when killed", p.Component, p.PID)
	}
	return nil
}

// Alive tells whether this very process still runs.
func Alive(p Process) bool {
	st, ok := stat(p.PID)
	return ok && st.state != "Z" && st.ticks == p.ticks
}

// Inside lists the processes that have something below path mounted: the
// containers of a sandbox, also those whose shim was killed. They carry
// nothing else that tells whose they are.
func Inside(path string) ([]Process, error) {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var found []Process
	for _, dir := range all {
		id, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || id == os.Getpid() {
			continue
		}
		mounts, err := os.ReadFile(filepath.Join(dir, "mountinfo"))
		if err != nil || !bytes.Contains(mounts, []byte(path+"/")) {
			continue
		}
		if st, ok := stat(id); ok {
			found = append(found, Process{PID: id, Parent: st.parent, Component: "container", ticks: st.ticks})
		}
	}
	return found, nil
}
