// Command bench measures sparkwiz beside Helm's own command line, in one run
// and in turns, and writes docs/performance.md. `make bench` calls it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

// options say what is measured.
type options struct {
	sparkwiz   string // program
	helm       string // program
	preset     string // answers file of the quick start
	kubeconfig string // of a cluster with simulated nodes; empty leaves the apply out
	runs       int    // of each side
	out        string // file
}

func main() {
	var o options
	flag.StringVar(&o.sparkwiz, "sparkwiz", "bin/sparkwiz", "program to measure")
	flag.StringVar(&o.helm, "helm", "helm", "program to compare with")
	flag.StringVar(&o.preset, "preset", "assets/presets/quickstart.yaml", "answers to plan")
	flag.StringVar(&o.kubeconfig, "kubeconfig", "", "cluster with simulated nodes; without one the apply is not measured")
	flag.IntVar(&o.runs, "runs", 11, "measurements of each side, taken in turns")
	flag.StringVar(&o.out, "o", "docs/performance.md", "file to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run measures row after row. A target that is missed is written down all
// the same, and is an error in the end.
func run(ctx context.Context, o options) error {
	p, err := prepare(o)
	if err != nil {
		return err
	}
	defer p.close()
	var results []result
	var missed error
	for _, r := range p.rows() {
		fmt.Fprintln(os.Stderr, "measuring:", r.name)
		m, err := r.measure(ctx, o.runs)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		results = append(results, m)
		if m.row.target > 0 && m.ours > m.row.target {
			missed = errors.Join(missed, fmt.Errorf("%s took %s; the target is %s", r.name, short(m.ours), short(m.row.target)))
		}
	}
	if err := write(o, results); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "written:", o.out)
	return missed
}
