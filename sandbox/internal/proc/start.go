package proc

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Command describes a component's process.
type Command struct {
	Component string
	Args      []string // absolute program path first
	Dir       string   // state directory, also its working directory
	Log       string
	NewMounts bool // give it a mount namespace of its own
	Exited    func(error)
}

// Start runs the command in a session of its own, so that it outlives us and
// the terminal. Exited, when set, is called if it ends while we still live.
func Start(c Command) (int, error) {
	if err := os.MkdirAll(filepath.Dir(c.Log), 0o755); err != nil {
		return 0, err
	}
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	cmd := exec.Command(c.Args[0], c.Args[1:]...)
	cmd.Dir = c.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), systemPath(), envDir+"="+c.Dir, envComponent+"="+c.Component)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if c.NewMounts {
		// Go also makes the new namespace's mounts private to it.
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", c.Component, err)
	}
	go func() {
		err := cmd.Wait()
		if c.Exited != nil {
			c.Exited(fmt.Errorf("%s ended (%w), its last words in %s:\n%s", c.Component, err, c.Log, Tail(c.Log, 8)))
		}
	}()
	return cmd.Process.Pid, nil
}

// Tail gives the last lines of a file, or "" when it cannot be read.
func Tail(path string, lines int) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	const window = 64 << 10
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, size-window), io.SeekStart)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return ""
	}
	all := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// systemPath is PATH with the directories of the system's own programs, which
// the PATH of an ordinary user may lack: iptables, runc.
func systemPath() string {
	return "PATH=" + os.Getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
}
