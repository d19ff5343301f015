package compat

import "slices"

// Component is something that has versions.
type Component struct {
	Name      string
	Title     string
	Also      []string // other names
	Precision int      // how many numbers tell two versions apart, 1 to 3
	Cost      int      // of a step to the next version, when a way out is looked for
	Lines     bool     // a step to another line, 4.0 to 4.1, costs ten
	Always    bool     // every Spark has one, chosen or not
	Versions  []Version
}

// Row is one fact about two components.
type Row struct {
	When, Needs Span
	Advice      bool // other versions work too
	Why         string
	Source      string
	Seen        string
}

// Span is some versions of a component.
type Span struct {
	Component string
	Versions  []string // oldest first

	component int
	in        []bool // by version
}

// Table is everything that is known. It never changes.
type Table struct {
	components []Component
	rows       []Row
	spark      int // the component that all others go with
}

// Components are all components, in the order of the table.
func (t *Table) Components() []Component { return slices.Clone(t.components) }

// Rows are all rows, in the order of the table.
func (t *Table) Rows() []Row { return slices.Clone(t.rows) }

// component is the index of a name, or of another name for it, or -1.
func (t *Table) component(name string) int {
	return slices.IndexFunc(t.components, func(c Component) bool { return c.Name == name || slices.Contains(c.Also, name) })
}

func (t *Table) pin(component, version int) Pin {
	c := t.components[component]
	return Pin{Component: c.Name, Version: c.Versions[version].Text}
}

// texts are the versions for which a condition holds.
func (c Component) texts(holds func(Version) bool) []string {
	var all []string
	for _, v := range c.Versions {
		if holds(v) {
			all = append(all, v.Text)
		}
	}
	return all
}

func (t *Table) refused(component, version int) bool {
	return t.components[component].Versions[version].Refused != ""
}
