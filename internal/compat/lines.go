package compat

import (
	"fmt"
	"slices"
)

// Line is a line of Spark, such as 4.1, and what goes with it.
type Line struct {
	Line  string   `json:"line"`
	Spark []string `json:"spark"` // its patches
	With  []Cell   `json:"with"`
}

// Cell is what goes with a line of one component.
type Cell struct {
	Component string   `json:"component"`
	Works     []Group  `json:"works"`
	Not       []string `json:"not,omitempty"`  // versions that go with no patch of the line
	None      []string `json:"none,omitempty"` // patches that go with no version, if others do
}

// Group is versions that go with the same patches of a line.
type Group struct {
	Versions []string `json:"versions"`
	Only     []string `json:"only,omitempty"` // the patches; empty for all of them
}

// Lines are the lines of Spark that are not refused as a whole, oldest first.
func (t *Table) Lines() []Line {
	var lines []Line
	var members [][]int
	spark := t.components[t.spark]
	for v, version := range spark.Versions {
		name := fmt.Sprintf("%d.%d", version.number.Major(), version.number.Minor())
		if version.Refused != "" {
			continue
		}
		if n := len(lines); n == 0 || lines[n-1].Line != name {
			lines = append(lines, Line{Line: name})
			members = append(members, nil)
		}
		last := len(lines) - 1
		lines[last].Spark = append(lines[last].Spark, version.Text)
		members[last] = append(members[last], v)
	}
	for i := range lines {
		for c := range t.components {
			if c != t.spark {
				lines[i].With = append(lines[i].With, t.cell(c, members[i]))
			}
		}
	}
	return lines
}

func (t *Table) cell(component int, patches []int) Cell {
	c := t.components[component]
	cell := Cell{Component: c.Name}
	for v, version := range c.Versions {
		var only []string
		for _, patch := range patches {
			two := t.nothing()
			two[component], two[t.spark] = v, patch
			if t.works(two) {
				only = append(only, t.components[t.spark].Versions[patch].Text)
			}
		}
		if len(only) == 0 {
			cell.Not = append(cell.Not, version.Text)
			continue
		}
		if len(only) == len(patches) {
			only = nil
		}
		same := slices.IndexFunc(cell.Works, func(g Group) bool { return slices.Equal(g.Only, only) })
		if same < 0 {
			cell.Works = append(cell.Works, Group{Only: only})
			same = len(cell.Works) - 1
		}
		cell.Works[same].Versions = append(cell.Works[same].Versions, version.Text)
	}
	if len(cell.Works) > 0 && !slices.ContainsFunc(cell.Works, func(g Group) bool { return g.Only == nil }) {
		for _, patch := range patches {
			text := t.components[t.spark].Versions[patch].Text
			if !slices.ContainsFunc(cell.Works, func(g Group) bool { return slices.Contains(g.Only, text) }) {
				cell.None = append(cell.None, text)
			}
		}
	}
	return cell
}

// RefusedVersions are the versions that go with nothing here, those with the
// same reason together.
func (t *Table) RefusedVersions() []Finding {
	var all []Finding
	for c, component := range t.components {
		for v, version := range component.Versions {
			if version.Refused == "" {
				continue
			}
			same := slices.IndexFunc(all, func(f Finding) bool { return f.Why == version.Refused })
			if same < 0 {
				all = append(all, Finding{Why: version.Refused, Source: version.Source, Seen: version.Seen})
				same = len(all) - 1
			} else {
				all[same].Source = join(all[same].Source, version.Source)
			}
			all[same].Pins = append(all[same].Pins, t.pin(c, v))
		}
	}
	return all
}

// Reasons are the rows that decide which versions of a component go with some
// Sparks, rows with the same words as one. Where no row is about the two, they
// are the first ones on the way: the SDK follows hadoop-aws.
func (t *Table) Reasons(component string, sparks []string) []Finding {
	c := t.component(component)
	if c < 0 {
		return nil
	}
	rows := slices.DeleteFunc(t.Rows(), func(r Row) bool {
		return r.Advice || !r.ties(c, t.spark) || r.When.component == t.spark && !meet(r.When.Versions, sparks)
	})
	if len(rows) == 0 {
		for v, version := range t.components[c].Versions {
			one := t.nothing()
			one[c] = v
			if meet(t.sparks(one), sparks) && version.Refused == "" {
				rows = append(rows, t.way(one)...)
			}
		}
		rows = slices.DeleteFunc(rows, func(r Row) bool { return r.When.component != c && r.Needs.component != c })
	}
	var reasons []Finding
	for _, r := range rows {
		same := slices.IndexFunc(reasons, func(f Finding) bool { return f.Why == r.Why })
		if same < 0 {
			reasons = append(reasons, Finding{Why: r.Why})
			same = len(reasons) - 1
		}
		reasons[same].Source = join(reasons[same].Source, r.Source)
		reasons[same].Seen = max(reasons[same].Seen, r.Seen)
	}
	return reasons
}

// meet reports whether two lists have something in common.
func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
