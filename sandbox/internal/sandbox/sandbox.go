// Package sandbox brings a sandbox up, looks at it, and takes it down. What
// runs is read from the system each time; every step is safe to repeat.
package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"slices"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/config"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/host"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/image"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// holder is the process that keeps a real node's mount namespace.
const holder = "node"

// Sandbox is one sandbox, known by its state directory.
type Sandbox struct {
	Dir    state.Dir
	BinDir string
	Report *report.Reporter

	state state.State
}

// New gives the sandbox in dir, which may not exist yet.
func New(dir state.Dir, binDir string, r *report.Reporter) *Sandbox {
	return &Sandbox{Dir: dir, BinDir: binDir, Report: r}
}

func (s *Sandbox) config() config.Config {
	_, err := os.Stat("/etc/resolv.conf")
	return config.Config{
		Dir: s.Dir, State: s.state, BinDir: s.BinDir, CNIDir: host.CNIDir(),
		Resolver: err == nil, BridgeFilter: host.BridgeFilter(),
	}
}

// Images is the image store of a real node.
func (s *Sandbox) Images() image.Store {
	return image.Store{Socket: s.config().Socket(), Record: s.Dir.Path("containerd", "sparkwiz-loaded.json")}
}

// Load reads the state; without a sandbox it is an error that says what to do.
func (s *Sandbox) Load() error {
	st, ok, err := s.Dir.Load()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("no sandbox in %s (start one with: sparkwiz-sandbox up --nodes simulated)", s.Dir)
	}
	s.state = st
	return nil
}

// State is what Load or Up found.
func (s *Sandbox) State() state.State { return s.state }

// Config is what the components are started with.
func (s *Sandbox) Config() config.Config { return s.config() }

// ensure starts a component unless it runs. Exited hears when it ends early.
func (s *Sandbox) ensure(c config.Component, exited func(error)) (started bool, err error) {
	ps, err := proc.Find(string(s.Dir))
	if err != nil {
		return false, err
	}
	if _, runs := proc.Leaders(ps)[c.Name]; runs {
		return false, nil
	}
	program, err := exec.LookPath(c.Args[0])
	if err != nil {
		return false, err
	}
	args := append([]string{program}, c.Args[1:]...)
	if c.InNode {
		pid, ok := mountNamespace(ps)
		if !ok {
			return false, fmt.Errorf("start %s: the node's mount namespace is gone; run `up` again", c.Name)
		}
		nsenter, err := exec.LookPath("nsenter")
		if err != nil {
			return false, err
		}
		args = append([]string{nsenter, fmt.Sprintf("--mount=/proc/%d/ns/mnt", pid), "--"}, args...)
	}
	_, err = proc.Start(proc.Command{Component: c.Name, Args: args, Dir: string(s.Dir), Log: s.Dir.Log(c.Name), Exited: exited})
	return err == nil, err
}

// mountNamespace gives a process that lives in the node's mount namespace.
// Any will do: the holder may have been killed while the others live on.
func mountNamespace(ps []proc.Process) (pid int, ok bool) {
	for _, p := range ps {
		if slices.Contains([]string{holder, "containerd", "kubelet"}, p.Component) {
			return p.PID, true
		}
	}
	return 0, false
}
