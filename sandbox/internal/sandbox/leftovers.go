package sandbox

import (
	"errors"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/host"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// takeOver puts back what a dead sandbox has left on the machine: one whose
// processes were all killed still has its bridge, its rules and its settings,
// which would keep every other real node out for ever. Its files stay, so that
// it can come up again; a sandbox that lives is left alone.
func (s *Sandbox) takeOver(o Options) error {
	if known, ok, err := s.Dir.Load(); err != nil || (ok && known.Nodes != state.Real) || (!ok && o.Nodes != state.Real) {
		return err
	}
	if len(host.Node()) > 0 {
		return nil // Nothing can be looked at without root and iptables; the check says so.
	}
	owner, err := host.BridgeOwner()
	if err != nil || owner == "" || owner == string(s.Dir) {
		return err
	}
	alive, err := living(owner)
	if err != nil || alive {
		return err
	}
	return s.Report.Phase("leftovers", func() (string, error) {
		st, _, err := state.Dir(owner).Load()
		return "of the dead sandbox in " + owner, errors.Join(err, restoreMachine(state.Dir(owner), st))
	})
}

// living reports whether a process or a container of a sandbox runs.
func living(dir string) (bool, error) {
	ps, err := proc.Find(dir)
	if err != nil || len(ps) > 0 {
		return true, err
	}
	ps, err = proc.Inside(state.Dir(dir).Path("containerd"))
	return len(ps) > 0, err
}

// restoreMachine makes the machine as it was before a sandbox's real node.
func restoreMachine(dir state.Dir, st state.State) error {
	err := errors.Join(host.RemoveRules(st.Chains), host.RemoveCables(dir.Path("node", "cni")), host.RemoveBridge())
	host.RemoveCgroups()
	host.RemoveTargets(st.Made)
	return errors.Join(err, host.RestoreSysctls(st.Sysctls))
}

// holdsMachine reports whether the machine's network is this sandbox's or
// nobody's. A dead one whose place another has taken must not touch it.
func (s *Sandbox) holdsMachine() (bool, error) {
	owner, err := host.BridgeOwner()
	return owner == "" || owner == string(s.Dir), err
}

// leaveMachine takes the node off the machine, unless it is another's by now.
func (s *Sandbox) leaveMachine() error {
	return s.Report.Phase("machine", func() (string, error) {
		mine, err := s.holdsMachine()
		if err != nil {
			return "", err
		}
		if !mine {
			return "another sandbox's by now", nil
		}
		return "", restoreMachine(s.Dir, s.state)
	})
}
