package compat_test

import (
	"cmp"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/compat"
)

// TestEveryPair judges each version with each of every other component: the
// order does not matter, a no has a reason, a source and a way out, and the way
// out works and is the cheapest of all.
func TestEveryPair(t *testing.T) {
	table := load(t)
	components := table.Components()
	judged := map[[2]compat.Pin]compat.Judgement{}
	for i, a := range components {
		for _, b := range components[i+1:] {
			for _, p := range versions(a) {
				for _, q := range versions(b) {
					j := table.Judge(p, q)
					if r := table.Judge(q, p); r.Verdict != j.Verdict || write(r.Nearest) != write([]compat.Pin{second(j.Nearest), first(j.Nearest)}) && j.Nearest != nil {
						t.Errorf("%s %s: %s, the other way round %s; %v %v", p, q, j.Verdict, r.Verdict, j.Nearest, r.Nearest)
					}
					if j.Verdict == compat.Unknown || len(j.Unknown) > 0 {
						t.Errorf("%s %s: %v", p, q, j.Unknown)
					}
					for _, f := range append(append(j.Conflicts, j.Because...), j.Advice...) {
						if f.Why == "" || f.Source == "" || f.Seen == "" || len(f.Pins) == 0 {
							t.Errorf("%s %s: a finding without a reason or a source: %+v", p, q, f)
						}
					}
					if (j.Verdict == compat.Refused) != (len(j.Conflicts) > 0 && len(j.Nearest) == 2) {
						t.Errorf("%s %s: %s with %d conflicts and nearest %v", p, q, j.Verdict, len(j.Conflicts), j.Nearest)
					}
					judged[[2]compat.Pin{p, q}] = j
				}
			}
			cheapest(t, a, b, judged)
		}
	}
}

// cheapest compares the nearest pair with all pairs that work.
func cheapest(t *testing.T, a, b compat.Component, judged map[[2]compat.Pin]compat.Judgement) {
	t.Helper()
	fine := func(p, q compat.Pin) bool {
		j := judged[[2]compat.Pin{p, q}]
		// hadoop-aws 3.3.6 goes with its SDK, and still is no way out: no Spark has it.
		return j.Verdict == compat.Together && (a.Name == "spark" || len(j.Spark) > 0)
	}
	for i, p := range versions(a) {
		for k, q := range versions(b) {
			near := judged[[2]compat.Pin{p, q}].Nearest
			if near == nil {
				continue
			}
			var best [2]int
			found := false
			for x, pp := range versions(a) {
				for y, qq := range versions(b) {
					way := [2]int{changed(i, x) + changed(k, y), steps(a, i, x)*a.Cost + steps(b, k, y)*b.Cost}
					if fine(pp, qq) && (!found || cmp.Or(cmp.Compare(way[0], best[0]), cmp.Compare(way[1], best[1])) < 0) {
						best, found = way, true
					}
				}
			}
			x, y := index(a, first(near)), index(b, second(near))
			got := [2]int{changed(i, x) + changed(k, y), steps(a, i, x)*a.Cost + steps(b, k, y)*b.Cost}
			if !found || got != best || !fine(first(near), second(near)) {
				t.Errorf("%s %s: nearest %v takes %v, and there is one that takes %v", p, q, near, got, best)
			}
		}
	}
}

// steps is the distance as the table's comment has it: one for a version, ten
// for another line where lines count.
func steps(c compat.Component, from, to int) int {
	n := 0
	for i := min(from, to); i < max(from, to); i++ {
		one := 1
		if c.Lines && line(c.Versions[i].Text) != line(c.Versions[i+1].Text) {
			one = 10
		}
		n += one
	}
	return n
}

func line(version string) string { return version[:3] } // Spark's lines have one digit each.

func changed(from, to int) int {
	if from == to {
		return 0
	}
	return 1
}

func versions(c compat.Component) []compat.Pin {
	var all []compat.Pin
	for _, v := range c.Versions {
		all = append(all, compat.Pin{Component: c.Name, Version: v.Text})
	}
	return all
}

func index(c compat.Component, p compat.Pin) int {
	for i, v := range c.Versions {
		if v.Text == p.Version {
			return i
		}
	}
	return -1
}

func first(pins []compat.Pin) compat.Pin {
	if len(pins) < 1 {
		return compat.Pin{}
	}
	return pins[0]
}

func second(pins []compat.Pin) compat.Pin {
	if len(pins) < 2 {
		return compat.Pin{}
	}
	return pins[1]
}
