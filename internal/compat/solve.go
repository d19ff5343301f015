package compat

import (
	"iter"
	"slices"
)

// choice has the index of a version for each component, or -1 for none.
type choice []int

func (t *Table) nothing() choice {
	c := make(choice, len(t.components))
	for i := range c {
		c[i] = -1
	}
	return c
}

func (c choice) count() int {
	n := 0
	for _, v := range c {
		if v >= 0 {
			n++
		}
	}
	return n
}

// agrees reports whether no row refuses the choice, as far as it goes.
func (t *Table) agrees(chosen choice) bool {
	for _, r := range t.rows {
		if applies, agrees := r.says(chosen); applies && !agrees && !r.Advice {
			return false
		}
	}
	return true
}

// tied reports whether a row says what one of a choice needs of another.
func (t *Table) tied(chosen choice) bool {
	return slices.ContainsFunc(t.rows, func(r Row) bool {
		applies, _ := r.says(chosen)
		return applies && !r.Advice
	})
}

// works reports whether Judge would say yes.
func (t *Table) works(chosen choice) bool {
	for c, v := range chosen {
		if v >= 0 && t.refused(c, v) {
			return false
		}
	}
	return t.agrees(chosen) && (chosen.count() == 2 && t.tied(chosen) || t.fits(chosen))
}

// fits reports whether a choice can be made whole: no row refuses it, and there
// are a Spark, a Scala, a Java and so on that go with it. It does not ask
// whether a version is refused by itself.
func (t *Table) fits(chosen choice) bool { return t.complete(chosen) != nil }

// complete makes a choice whole, or returns nil when that cannot be done.
func (t *Table) complete(chosen choice) choice {
	if !t.agrees(chosen) {
		return nil
	}
	whole := slices.Clone(chosen)
	if !t.fill(whole, 0) {
		return nil
	}
	return whole
}

// fill chooses a version of each component from next on that every Spark has
// and nobody chose. There are few, so trying them in turn is quick; the newest
// come first, since what is found is shown to people.
func (t *Table) fill(chosen choice, next int) bool {
	for next < len(chosen) && (!t.components[next].Always || chosen[next] >= 0) {
		next++
	}
	if next == len(chosen) {
		return true
	}
	for v := range slices.Backward(t.components[next].Versions) {
		chosen[next] = v
		if !t.refused(next, v) && t.agreesWith(chosen, next) && t.fill(chosen, next+1) {
			return true
		}
	}
	chosen[next] = -1
	return false
}

// agreesWith is agrees for the rows about one component.
func (t *Table) agreesWith(chosen choice, component int) bool {
	return !slices.ContainsFunc(t.rows, func(r Row) bool {
		if r.Advice || r.When.component != component && r.Needs.component != component {
			return false
		}
		applies, agrees := r.says(chosen)
		return applies && !agrees
	})
}

// sparks are the versions of Spark that go with a choice.
func (t *Table) sparks(chosen choice) []string {
	return t.components[t.spark].texts(func(v Version) bool {
		with := slices.Clone(chosen)
		with[t.spark] = slices.IndexFunc(t.components[t.spark].Versions, func(o Version) bool { return o.Text == v.Text })
		return v.Refused == "" && t.fits(with)
	})
}

// least leaves out of a choice that does not fit all that is not to blame.
func (t *Table) least(chosen choice) choice {
	least := slices.Clone(chosen)
	for c := range least {
		without := slices.Clone(least)
		without[c] = -1
		if !t.fits(without) {
			least = without
		}
	}
	return least
}

// way are the rows that lead from one pin to Spark, over as few other
// components as possible: the reasons why it leaves only some Sparks.
func (t *Table) way(one choice) []Row {
	whole := t.complete(one)
	at := slices.IndexFunc(one, func(v int) bool { return v >= 0 })
	var rows []Row
	for next := range t.steps(at) {
		for _, r := range t.rows {
			if r.Advice || !r.ties(at, next) {
				continue
			}
			// A pin that goes with no Spark has all the rows against it.
			if whole == nil {
				rows = append(rows, r)
			} else if applies, _ := r.says(whole); applies {
				rows = append(rows, r)
			}
		}
		at = next
	}
	return rows
}

// steps are the components on the shortest way from one to Spark, without the
// first. There is none if nothing ties it.
func (t *Table) steps(from int) iter.Seq[int] {
	toward := map[int]int{t.spark: t.spark}
	for queue := []int{t.spark}; len(queue) > 0; queue = queue[1:] {
		for c := range t.components {
			_, seen := toward[c]
			if !seen && slices.ContainsFunc(t.rows, func(r Row) bool { return !r.Advice && r.ties(c, queue[0]) }) {
				toward[c] = queue[0]
				queue = append(queue, c)
			}
		}
	}
	return func(yield func(int) bool) {
		for at := from; at != t.spark; {
			next, known := toward[at]
			if !known || !yield(next) {
				return
			}
			at = next
		}
	}
}

// ties reports whether a row is about these two components.
func (r Row) ties(a, b int) bool {
	return r.When.component == a && r.Needs.component == b || r.When.component == b && r.Needs.component == a
}
