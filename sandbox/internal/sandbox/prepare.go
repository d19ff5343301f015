package sandbox

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/config"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/host"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/pki"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// check decides what the sandbox will be, and lists all that is missing for
// it before anything is changed.
func (s *Sandbox) check(o Options) (string, error) {
	ps, err := proc.Find(string(s.Dir))
	if err != nil {
		return "", err
	}
	running := proc.Leaders(ps)
	st, known, err := s.Dir.Load()
	if err != nil {
		return "", err
	}
	if !known {
		st = fresh(o)
	}
	if err := s.agrees(st, o); err != nil {
		return "", err
	}
	s.state = st
	missing, err := s.missing(running, known)
	if err != nil {
		return "", err
	}
	if len(missing) > 0 {
		return "", report.MissingError{Requirements: missing}
	}
	if !known && st.Nodes == state.Real {
		if s.state.Chains, err = host.Chains(); err != nil {
			return "", err
		}
		s.state.Sysctls = host.Sysctls()
		s.state.Made = host.MissingTargets(host.Binds(s.Dir))
	}
	if err := s.choosePorts(running); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s nodes, %d processes running", s.state.Nodes, len(running)), s.Dir.Save(s.state)
}

// fresh is the state of a sandbox that does not exist yet.
func fresh(o Options) state.State {
	st := state.State{Name: o.Name, Nodes: o.Nodes, Ports: state.Ports{API: o.Port, APIAny: o.Port == AnyPort}}
	if st.Nodes == "" {
		st.Nodes = state.Simulated
	}
	if st.Ports.API == 0 {
		st.Ports.API = defaultPort
	}
	return st
}

// agrees refuses options that would make another sandbox of an existing one.
func (s *Sandbox) agrees(st state.State, o Options) error {
	var is string
	switch {
	case o.Nodes != "" && o.Nodes != st.Nodes:
		is = fmt.Sprintf("has %s nodes", st.Nodes)
	case o.Port > 0 && o.Port != st.Ports.API:
		is = fmt.Sprintf("has its API at port %d", st.Ports.API)
	case o.Shapes != nil && st.Nodes == state.Real:
		is = "has a real node, whose shape is this machine's"
	default:
		return nil
	}
	return report.UsageError{Message: fmt.Sprintf("the sandbox in %s %s; to change that take it down first: sparkwiz-sandbox down --state-dir %s", s.Dir, is, s.Dir)}
}

// missing lists what a sandbox like this lacks here.
func (s *Sandbox) missing(running map[string]proc.Process, known bool) ([]report.Requirement, error) {
	var ports []string
	if _, ok := running["apiserver"]; !ok && !s.state.Ports.APIAny {
		ports = append(ports, fmt.Sprintf("%s:%d", s.config().Host(), s.state.Ports.API))
	}
	if s.state.Nodes == state.Simulated {
		return append(host.Programs(s.BinDir, "sparkwiz-sandbox-kube", "kwok"), host.Ports(ports...)...), nil
	}
	all := append(host.Programs(s.BinDir, "sparkwiz-sandbox-kube", "sparkwiz-sandbox-pause"), host.Node()...)
	if len(all) > 0 {
		return all, nil // The rest cannot be looked at without root and iptables.
	}
	owner, err := host.BridgeOwner()
	if err != nil {
		return nil, err
	}
	if owner != "" && owner != string(s.Dir) {
		return []report.Requirement{otherNode(owner)}, nil
	}
	for component, addresses := range host.NodePorts() {
		if _, ok := running[component]; !ok {
			ports = append(ports, addresses...)
		}
	}
	slices.Sort(ports)
	var chains []string
	if !known {
		if chains, err = host.Chains(); err != nil {
			return nil, err
		}
	}
	return append(host.Network(chains), host.Ports(ports...)...), nil
}

// otherNode explains that the machine is a node already.
func otherNode(owner string) report.Requirement {
	remedy := "sparkwiz-sandbox down --state-dir " + owner
	if _, err := os.Stat(owner); err != nil {
		remedy = "ip link delete " + config.Bridge
	}
	return report.Requirement{What: "this machine is the real node of another sandbox already: " + owner, Remedy: remedy}
}

// choosePorts picks free ports for what does not run. Those of a dead sandbox
// may have been taken by others meanwhile, so they are picked again.
func (s *Sandbox) choosePorts(running map[string]proc.Process) error {
	_, api := running["apiserver"]
	_, etcd := running["etcd"]
	p := &s.state.Ports
	for _, row := range []struct {
		port *int
		host string
		pick bool
	}{
		{&p.API, s.config().Host(), p.APIAny && !api && (p.API <= 0 || len(host.Ports(fmt.Sprintf("%s:%d", s.config().Host(), p.API))) > 0)},
		{&p.Etcd, "127.0.0.1", !api && !etcd},
		{&p.EtcdPeer, "127.0.0.1", !api && !etcd},
	} {
		if !row.pick {
			continue
		}
		port, err := host.FreePort(row.host)
		if err != nil {
			return err
		}
		*row.port = port
	}
	return nil
}

// configure makes certificates, kubeconfigs and configuration files.
func (s *Sandbox) configure() error {
	c := s.config()
	if err := pki.Ensure(s.Dir.Path("pki"), config.Authorities(), c.Leaves(), time.Now()); err != nil {
		return err
	}
	return c.Write()
}

// hold keeps a mount namespace for the node's processes. When nothing of an
// earlier one lives, what is left of its containers is cleared away first.
func (s *Sandbox) hold() error {
	ps, err := proc.Find(string(s.Dir))
	if err != nil {
		return err
	}
	if _, ok := mountNamespace(ps); ok {
		return nil
	}
	if _, err := s.stopContainers(); err != nil {
		return err
	}
	if err := host.RemoveCables(s.Dir.Path("node", "cni")); err != nil {
		return err
	}
	for _, leftover := range []string{"containerd-run", "node", "cni"} {
		if err := os.RemoveAll(s.Dir.Path(leftover)); err != nil {
			return err
		}
	}
	binds := host.Binds(s.Dir)
	if err := host.MakeTargets(binds); err != nil {
		return err
	}
	pid, err := proc.Start(proc.Command{Component: holder, Args: host.Holder(binds), Dir: string(s.Dir), Log: s.Dir.Log(holder), NewMounts: true})
	if err != nil {
		return err
	}
	// The binds are made once the shell has become sleep.
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil {
			break
		}
		if string(comm) == "sleep\n" {
			return nil
		}
	}
	return fmt.Errorf("the node's mounts cannot be made: %s", proc.Tail(s.Dir.Log(holder), 5))
}
