package sandbox

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/host"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// Down ends everything that Up started or made. With keepImages the image
// content stays, so that the next Up need not import it again. What cannot be
// removed is reported together at the end; running Down again tries it again.
func (s *Sandbox) Down(keepImages bool) error {
	if _, err := os.Stat(string(s.Dir)); errors.Is(err, os.ErrNotExist) {
		s.Report.Send(report.Event{Event: "down", Detail: "there is no sandbox in " + string(s.Dir)})
		return nil
	}
	if err := s.Dir.Claim(); err != nil {
		return err
	}
	unlock, err := s.Dir.Lock(lockPatience)
	if err != nil {
		return err
	}
	defer unlock()
	st, _, err := s.Dir.Load()
	if err != nil {
		return err
	}
	s.state = st
	if st.Nodes == state.Real && os.Geteuid() != 0 {
		return report.MissingError{Requirements: []report.Requirement{host.NeedsRoot()}}
	}
	errs := []error{s.Report.Phase("processes", func() (string, error) { return s.stopAll() })}
	if st.Nodes == state.Real {
		errs = append(errs, s.leaveMachine())
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	err = s.Report.Phase("files", func() (string, error) { return string(s.Dir), s.removeFiles(keepImages) })
	if err == nil {
		s.Report.Send(report.Event{Event: "down"})
	}
	return err
}

func (s *Sandbox) removeFiles(keepImages bool) error {
	if !keepImages || s.state.Nodes != state.Real {
		return s.Dir.Remove()
	}
	s.state.Down = true
	if err := s.Dir.Save(s.state); err != nil {
		return err
	}
	return s.Dir.Remove("containerd")
}

// stopAll ends the processes, those that use others first: the kubelet before
// it can restart a container, containers before what they stand on.
func (s *Sandbox) stopAll() (string, error) {
	ended := 0
	// New ones may come up while others go, so it looks until there are none.
	for range 10 {
		ps, err := proc.Find(string(s.Dir))
		if err != nil {
			return "", err
		}
		leaders := proc.Leaders(ps)
		var order []proc.Process
		for _, name := range []string{"kubelet", "coredns", "kube-proxy", "kwok", "volumes"} {
			if p, ok := leaders[name]; ok {
				order = append(order, p)
			}
		}
		for _, p := range slices.Backward(ps) { // The youngest first: controllers before the API server and etcd.
			order = append(order, p)
		}
		for _, p := range order {
			patience := time.Second
			if !p.Leader {
				patience = 0 // Shims: nobody is left to wait for them.
			}
			if err := proc.Stop(p, patience); err != nil {
				return "", err
			}
		}
		containers, err := s.stopContainers()
		if err != nil {
			return "", err
		}
		if len(ps)+containers == 0 {
			return fmt.Sprintf("%d ended", ended), nil
		}
		ended += len(ps) + containers
	}
	return "", fmt.Errorf("processes of the sandbox in %s keep coming back", s.Dir)
}

// stopContainers kills the processes in containers. They outlive their shims
// and the kubelet, and would hold networks and control groups.
func (s *Sandbox) stopContainers() (int, error) {
	if s.state.Nodes != state.Real {
		return 0, nil
	}
	ps, err := proc.Inside(s.Dir.Path("containerd"))
	if err != nil {
		return 0, err
	}
	for _, p := range ps {
		if err := proc.Stop(p, 0); err != nil {
			return 0, err
		}
	}
	return len(ps), nil
}
