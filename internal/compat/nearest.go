package compat

import (
	"cmp"
	"slices"
)

// anotherLine is how many steps it is worth to stay in a line of versions,
// where patches are meant to be exchanged.
const anotherLine = 10

// nearest is the combination of the same components that goes with some Spark
// and is nearest: the fewest versions changed, then the cheapest steps, then the
// newer one, then the order of the table. It is nil when there is none.
func (t *Table) nearest(chosen choice) []Pin {
	s := search{table: t, from: chosen}
	for s.changes = 1; s.changes <= chosen.count(); s.changes++ {
		s.try(slices.Clone(chosen), 0, s.changes, 0, 0)
		if s.best != nil {
			return t.pins(s.best)
		}
	}
	return nil
}

// search looks through all combinations with at most so many changes, and
// leaves a branch as soon as a row refuses it.
type search struct {
	table   *Table
	from    choice
	changes int

	best        choice
	cost, downs int
}

func (s *search) try(at choice, component, left, cost, downs int) {
	if s.best != nil && cmp.Or(cmp.Compare(cost, s.cost), cmp.Compare(downs, s.downs)) >= 0 {
		return
	}
	t := s.table
	decided := t.nothing()
	copy(decided, at[:component])
	if !t.agrees(decided) {
		return
	}
	if component == len(at) {
		if t.fits(at) {
			s.best, s.cost, s.downs = slices.Clone(at), cost, downs
		}
		return
	}
	from := s.from[component]
	if from < 0 || !t.refused(component, from) {
		s.try(at, component+1, left, cost, downs)
	}
	if from < 0 || left == 0 {
		return
	}
	for v := range t.components[component].Versions {
		if v == from || t.refused(component, v) {
			continue
		}
		at[component] = v
		down := 0
		if v < from {
			down = 1
		}
		s.try(at, component+1, left-1, cost+t.components[component].distance(from, v), downs+down)
	}
	at[component] = from
}

// distance is what it costs to go from one version to another, step by step.
func (c Component) distance(from, to int) int {
	steps := 0
	for i := min(from, to); i < max(from, to); i++ {
		a, b := c.Versions[i].number, c.Versions[i+1].number
		if c.Lines && (a.Major() != b.Major() || a.Minor() != b.Minor()) {
			steps += anotherLine
		} else {
			steps++
		}
	}
	return steps * c.Cost
}
