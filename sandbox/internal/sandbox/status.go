package sandbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/cluster"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// Status is what `status -o json` prints.
type Status struct {
	Name       string            `json:"name"`
	Nodes      state.Nodes       `json:"nodes"`
	StateDir   string            `json:"stateDir"`
	Server     string            `json:"server"`
	Kubeconfig string            `json:"kubeconfig"`
	Context    string            `json:"context"`
	Healthy    bool              `json:"healthy"`
	API        string            `json:"api"` // ok, or why not
	NodesReady int               `json:"nodesReady"`
	NodesAll   int               `json:"nodesAll"`
	Components []ComponentStatus `json:"components"`
}

// ComponentStatus is one process; PID is 0 when it does not run.
type ComponentStatus struct {
	Name    string    `json:"name"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started,omitzero"`
}

// Status looks at the sandbox without changing it.
func (s *Sandbox) Status(ctx context.Context) (Status, error) {
	if err := s.Load(); err != nil {
		return Status{}, err
	}
	ps, err := proc.Find(string(s.Dir))
	if err != nil {
		return Status{}, err
	}
	c, leaders := s.config(), proc.Leaders(ps)
	st := Status{
		Name: s.state.Name, Nodes: s.state.Nodes, StateDir: string(s.Dir), Server: c.Server(),
		Kubeconfig: s.Dir.Kubeconfig(), Context: c.Context(), Healthy: true,
	}
	for _, row := range c.Components() {
		p, runs := leaders[row.Name]
		st.Components = append(st.Components, ComponentStatus{row.Name, p.PID, p.Started})
		st.Healthy = st.Healthy && runs
	}
	st.API = s.look(ctx, &st)
	st.Healthy = st.Healthy && st.API == "ok" && st.NodesAll > 0 && st.NodesReady == st.NodesAll
	return st, nil
}

// look asks the API server; what it could not ask is the reason it gives.
func (s *Sandbox) look(ctx context.Context, st *Status) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := cluster.Connect(s.Dir.Kubeconfig())
	if err != nil {
		return err.Error()
	}
	if err := c.Ready(ctx); err != nil {
		return err.Error()
	}
	if st.NodesReady, st.NodesAll, _, err = c.NodesReady(ctx); err != nil {
		return err.Error()
	}
	return "ok"
}

// String is the status for people.
func (s Status) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sandbox     %s (%s nodes), %d of %d nodes ready\nAPI         %s  %s\nkubeconfig  %s\n",
		s.Name, s.Nodes, s.NodesReady, s.NodesAll, s.Server, s.API, s.Kubeconfig)
	for _, c := range s.Components {
		if c.PID == 0 {
			fmt.Fprintf(&b, "  %-20s does not run\n", c.Name)
			continue
		}
		fmt.Fprintf(&b, "  %-20s pid %-8d up %s\n", c.Name, c.PID, time.Since(c.Started).Round(time.Second))
	}
	return b.String()
}
