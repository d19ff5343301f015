package sandbox

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/cluster"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/config"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/shapes"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// lockPatience is how long a command waits for another one on the same sandbox.
const lockPatience = 2 * time.Minute

const (
	// AnyPort asks for whatever port of the API is free.
	AnyPort = -1
	// defaultPort is where people look for a Kubernetes API.
	defaultPort = 6443
)

// Options are what the user asks of Up. Zero values mean: as the sandbox is,
// or as the default is.
type Options struct {
	Name   string
	Nodes  state.Nodes
	Port   int // of the API
	Shapes []shapes.Shape
}

// Up makes the sandbox run: from nothing, after a crash, or not at all when
// it already does.
func (s *Sandbox) Up(ctx context.Context, o Options) error {
	if err := s.Dir.Claim(); err != nil {
		return err
	}
	unlock, err := s.Dir.Lock(lockPatience)
	if err != nil {
		return err
	}
	defer unlock()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	if err := s.takeOver(o); err != nil {
		return err
	}
	if err := s.Report.Phase("check", func() (string, error) { return s.check(o) }); err != nil {
		return err
	}
	if err := s.Report.Phase("configuration", func() (string, error) { return s.Dir.Kubeconfig(), s.configure() }); err != nil {
		return err
	}
	if s.state.Nodes == state.Real {
		err := s.Report.Phase("network", func() (string, error) { return config.Bridge + " " + config.PodCIDR, s.network() })
		if err != nil {
			return err
		}
	}
	c, err := cluster.Connect(s.Dir.Kubeconfig())
	if err != nil {
		return err
	}
	r := newRun(s, c, cancel)
	if err := r.start(ctx, o); err != nil {
		return err
	}
	cfg := s.config()
	s.Report.Send(report.Event{Event: "ready", Kubeconfig: s.Dir.Kubeconfig(), Context: cfg.Context(), Server: cfg.Server()})
	return nil
}

// start brings up the control plane, beside it the container runtime, and
// then the nodes.
func (r run) start(ctx context.Context, o Options) error {
	g, side := errgroup.WithContext(ctx)
	g.Go(func() error { return r.controlPlane(side) })
	if r.state.Nodes == state.Real {
		g.Go(func() error { return r.runtime(side) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if r.state.Nodes == state.Real {
		return r.realNode(ctx)
	}
	return r.simulatedNodes(ctx, o.Shapes)
}
