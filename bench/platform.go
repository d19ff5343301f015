package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// platform is the quick start, ready to be given to both sides: the answers
// to sparkwiz, charts and values to Helm.
type platform struct {
	options options
	plan    plan.Plan
	dir     string // one values file per release; also HOME of what is measured
	cache   render.Cache
	answer  int
}

// context is the sandbox's, whether there is one or not.
const kubeContext = "sparkwiz-sandbox"

func prepare(o options) (*platform, error) {
	s, _, err := spec.Load(o.preset)
	if err != nil {
		return nil, err
	}
	s.Cluster.Context = kubeContext
	made, err := plan.Make(s, facts.Facts{})
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "sparkwiz-bench-")
	if err != nil {
		return nil, err
	}
	p := &platform{options: o, plan: made, dir: dir}
	for _, r := range made.Releases {
		data, err := yaml.Marshal(r.Values)
		if err == nil {
			err = os.WriteFile(p.values(r), data, 0o600)
		}
		if err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

func (p *platform) close() { os.RemoveAll(p.dir) }

func (p *platform) values(r plan.Release) string { return filepath.Join(p.dir, r.Name+".yaml") }

// sparkwiz runs a command of ours on the preset.
func (p *platform) sparkwiz(args ...string) func(context.Context) error {
	args = append(args, "-f", p.options.preset, "--context", kubeContext, "--no-input")
	return func(ctx context.Context) error { return p.quiet(ctx, p.options.sparkwiz, args...) }
}

// helm runs Helm.
func (p *platform) helm(args ...string) func(context.Context) error {
	return func(ctx context.Context) error { return p.quiet(ctx, p.options.helm, args...) }
}

// helmEach runs a verb of Helm on one release after the other, as a script
// of an engineer would.
func (p *platform) helmEach(verb string, flags ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, r := range p.plan.Releases {
			args := append([]string{verb, r.Name, filepath.Join("charts", r.Chart), "-f", p.values(r)}, flags...)
			if err := p.quiet(ctx, p.options.helm, args...); err != nil {
				return err
			}
		}
		return nil
	}
}

// quiet runs a program to its end; what it printed is shown if it fails.
func (p *platform) quiet(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = p.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.Join(fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err), errors.New(string(out)))
	}
	return nil
}

// environment has a home of its own: nobody's plugins, caches or clusters.
func (p *platform) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "TERM=xterm-256color", "KUBECONFIG=" + filepath.Join(p.dir, "none")}
}
