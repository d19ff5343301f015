package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// cost is what reading one log took.
type cost struct {
	said
	wall, cpu time.Duration
}

// rate is MiB of the decompressed log for each second of processor time.
func (c cost) rate() float64 { return float64(c.Bytes) / (1 << 20) / max(c.cpu.Seconds(), 0.001) }

// row is one log, read by everybody who takes part.
type row struct {
	what                 string
	ours, limit, history cost
}

// measure makes the logs, lets everybody read them in turns, and writes what it took.
func (o options) measure(ctx context.Context, from []string) error {
	dir, err := os.MkdirTemp(o.dir, "eventlog")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	small, large := filepath.Join(dir, "small"), filepath.Join(dir, "large")
	for name, size := range map[string]int64{small: o.small, large: o.large} {
		fmt.Fprintln(os.Stderr, "making:", name)
		if err := generate(from, size, name); err != nil {
			return err
		}
	}
	var rows []row
	for _, log := range []struct {
		name, what string
		compress   bool
		history    bool
	}{
		{small, "zstd, as Spark 4 writes", true, o.spark != ""},
		{small, "plain", false, o.spark != ""},
		{large, "zstd, as Spark 4 writes", true, false},
		{large, "plain", false, false},
	} {
		name := log.name
		if log.compress {
			if name, err = compress(name); err != nil {
				return err
			}
		}
		r, err := o.row(ctx, name, log.history)
		if err != nil {
			return err
		}
		r.what = fmt.Sprintf("%.2f GB, %s", float64(r.ours.Bytes)/1e9, log.what)
		rows = append(rows, r)
	}
	return write(o.out, o.runs, rows)
}

func (o options) row(ctx context.Context, name string, history bool) (row, error) {
	var sides [3][]cost
	for range o.runs {
		for i, side := range []string{"ours", "limit", "history"} {
			var c cost
			var err error
			switch {
			case side != "history":
				c, err = child(ctx, side, name)
			case history:
				c, err = historyServer(ctx, o.spark, name)
			default:
				continue
			}
			if err != nil {
				return row{}, fmt.Errorf("%s of %s: %w", side, name, err)
			}
			fmt.Fprintf(os.Stderr, "%-8s %s: %.2f s of processor time in %.2f s, %d MiB; %s\n", side, filepath.Base(name), c.cpu.Seconds(),
				c.wall.Seconds(), c.Peak>>20, c.Says)
			sides[i] = append(sides[i], c)
		}
	}
	r := row{ours: middle(sides[0]), limit: middle(sides[1])}
	if history {
		r.history = middle(sides[2])
		r.history.Bytes = r.ours.Bytes
	}
	return r, nil
}

// middle is the median by processor time, with the highest peak of all.
func middle(all []cost) cost {
	slices.SortFunc(all, func(a, b cost) int { return int(a.cpu - b.cpu) })
	m := all[len(all)/2]
	for _, c := range all {
		m.Peak = max(m.Peak, c.Peak)
	}
	return m
}

// child reads the log in a process of its own, so that nothing of the side before is in its memory.
func child(ctx context.Context, side, name string) (cost, error) {
	self, err := os.Executable()
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, self, side, name)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, err
	}
	c := cost{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	return c, json.Unmarshal(out.Bytes(), &c.said)
}
