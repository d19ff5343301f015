package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/cluster"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/config"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/host"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/image"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// run is one Up under way.
type run struct {
	*Sandbox
	cluster cluster.Cluster
	exited  func(error) // ends the run when a component dies under it
	rows    map[string]config.Component
}

func newRun(s *Sandbox, c cluster.Cluster, exited func(error)) run {
	r := run{Sandbox: s, cluster: c, exited: exited, rows: map[string]config.Component{}}
	for _, row := range s.config().Components() {
		r.rows[row.Name] = row
	}
	return r
}

// bring starts the named components that do not run and then waits with ready.
func (r run) bring(ctx context.Context, phase string, names []string, ready func(context.Context) error) error {
	return r.Report.Phase(phase, func() (string, error) {
		var started []string
		for _, name := range names {
			ok, err := r.ensure(r.rows[name], r.exited)
			if err != nil {
				return "", err
			}
			if ok {
				started = append(started, name)
			}
		}
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := ready(ctx); err != nil {
			return "", err
		}
		if len(started) == 0 {
			return "already running", nil
		}
		return strings.Join(started, ", "), nil
	})
}

func (r run) controlPlane(ctx context.Context) error {
	// The API server itself waits for etcd, so both start at once.
	if err := r.bring(ctx, "API server", []string{"etcd", "apiserver"}, r.apiReady); err != nil {
		return err
	}
	none := func(context.Context) error { return nil } // Nodes and volumes will show whether they work.
	return r.bring(ctx, "controllers", []string{"controller-manager", "scheduler", "volumes"}, none)
}

// apiReady waits for the API server and puts in what the others need there.
func (r run) apiReady(ctx context.Context) error {
	if err := r.cluster.WaitReady(ctx); err != nil {
		return err
	}
	base, err := cluster.Base()
	if err != nil {
		return err
	}
	return cluster.Until(ctx, "the base objects cannot be applied", func(ctx context.Context) error {
		return r.cluster.Apply(ctx, base)
	})
}

// runtime starts containerd and gives it the pause image.
func (r run) runtime(ctx context.Context) error {
	return r.bring(ctx, "container runtime", []string{"containerd"}, func(ctx context.Context) error {
		archive, err := image.Pause(r.BinDir+"/sparkwiz-sandbox-pause", config.PauseImage)
		if err != nil {
			return err
		}
		path := r.Dir.Path("config", "pause.tar")
		if _, err := state.WriteFile(path, archive, 0o644); err != nil {
			return err
		}
		return cluster.Until(ctx, "containerd does not answer", func(ctx context.Context) error {
			_, err := r.Images().Load(ctx, path)
			return err
		})
	})
}

func (r run) realNode(ctx context.Context) error {
	err := r.bring(ctx, "kubelet", []string{"kubelet"}, func(ctx context.Context) error {
		return r.cluster.WaitNode(ctx, config.NodeName)
	})
	if err != nil {
		return err
	}
	// kube-proxy looks its node up once and backs off long when it is not
	// there yet, so it starts after the kubelet has registered.
	err = r.bring(ctx, "services and DNS", []string{"kube-proxy", "coredns"}, func(ctx context.Context) error {
		for _, url := range []string{"http://127.0.0.1:10256/healthz", "http://" + config.Gateway + ":8181/ready"} {
			if err := cluster.Until(ctx, url+" does not answer", func(ctx context.Context) error { return get(ctx, url) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.bring(ctx, "node", nil, func(ctx context.Context) error { return r.cluster.WaitUsable(ctx, 1) })
}

func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", resp.Status)
	}
	return nil
}

// network makes the bridge, the rules and the mount namespace of a real node.
func (s *Sandbox) network() error {
	if err := host.SetSysctls(); err != nil {
		return err
	}
	if err := host.EnsureBridge(string(s.Dir)); err != nil {
		return err
	}
	if err := host.EnsureRules(); err != nil {
		return err
	}
	return s.hold()
}
