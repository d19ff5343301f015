package main

import (
	"context"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// rows is what is promised, in the order of docs/performance.md.
func (p *platform) rows() []row {
	rows := []row{
		{
			name: "first frame of the wizard", against: "`helm version`", target: 100 * time.Millisecond,
			ours: p.firstFrame, theirs: timed(p.helm("version")),
		},
		{
			name: "plan and manifests of the quick start, as a command", against: "`helm template` × 4", target: 300 * time.Millisecond,
			ours: timed(p.sparkwiz("render", "--offline")), theirs: timed(p.helmEach("template")),
		},
		{
			name: "plan and manifests again after one answer, inside the wizard", against: "the same without the cache", target: 50 * time.Millisecond,
			warm: timed(p.rerender(&p.cache)), ours: timed(p.rerender(&p.cache)),
			theirs: func(ctx context.Context) (time.Duration, error) { return timed(p.rerender(&render.Cache{}))(ctx) },
		},
	}
	if p.options.kubeconfig == "" {
		return rows
	}
	apply := p.sparkwiz("apply", "--yes", "--kubeconfig", p.options.kubeconfig, "--set", "namespace=bench-sparkwiz")
	upgrade := p.helmEach("upgrade", "--install", "--kubeconfig", p.options.kubeconfig, "--create-namespace", "--namespace", "bench-helm")
	return append(rows, row{
		name: "apply again, nothing changed", against: "`helm upgrade --install` × 4", target: 5 * time.Second,
		warm: timed(func(ctx context.Context) error {
			if err := apply(ctx); err != nil {
				return err
			}
			return upgrade(ctx)
		}),
		ours: timed(apply), theirs: timed(upgrade),
	})
}

// rerender does what the wizard does after an answer: a different number of
// executors every time, so that one release changes and the others do not.
func (p *platform) rerender(cache *render.Cache) func(context.Context) error {
	return func(context.Context) error {
		p.answer++
		s := p.plan.Spec
		s.Spark.Executor.Max = p.answer
		next, err := plan.Make(s, facts.Facts{})
		if err != nil {
			return err
		}
		for _, r := range next.Releases {
			if _, err := cache.Manifest(r, ""); err != nil {
				return err
			}
		}
		return nil
	}
}
