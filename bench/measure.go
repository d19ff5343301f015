package main

import (
	"context"
	"slices"
	"time"
)

// sample does one thing once and says how long it took.
type sample func(context.Context) (time.Duration, error)

// row is one thing to measure, beside what a user would do otherwise.
type row struct {
	name    string
	against string // what theirs is
	target  time.Duration
	warm    sample // once before, not counted; may be nil
	ours    sample
	theirs  sample
}

// result is the medians of a row.
type result struct {
	row
	ours, worst, theirs time.Duration
}

// measure takes both sides in turns, so that whatever else the machine does
// weighs on both.
func (r row) measure(ctx context.Context, runs int) (result, error) {
	if r.warm != nil {
		if _, err := r.warm(ctx); err != nil {
			return result{}, err
		}
	}
	var ours, theirs []time.Duration
	for range runs {
		for _, side := range []struct {
			do   sample
			took *[]time.Duration
		}{{r.ours, &ours}, {r.theirs, &theirs}} {
			d, err := side.do(ctx)
			if err != nil {
				return result{}, err
			}
			*side.took = append(*side.took, d)
		}
	}
	return result{row: r, ours: median(ours), worst: slices.Max(ours), theirs: median(theirs)}, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// timed is a sample of a function.
func timed(do func(context.Context) error) sample {
	return func(ctx context.Context) (time.Duration, error) {
		start := time.Now()
		err := do(ctx)
		return time.Since(start), err
	}
}
