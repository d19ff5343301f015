package compat

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/assets"
)

// Load reads the table that the binary carries.
func Load() (*Table, error) { return Parse(assets.Compat()) }

// file is the form of assets/compat.yaml, which explains the keys.
type file struct {
	Components []struct {
		Name      string `json:"name"`
		Title     string `json:"title"`
		Also      string `json:"also"`
		Precision int    `json:"precision"`
		Cost      int    `json:"cost"`
		Lines     bool   `json:"lines"`
		Always    bool   `json:"always"`
	} `json:"components"`
	Versions []struct {
		Of      string `json:"of"`
		Are     string `json:"are"`
		Refused string `json:"refused"`
		Source  string `json:"source"`
		Seen    string `json:"seen"`
	} `json:"versions"`
	Rows []struct {
		When    string `json:"when"`
		Needs   string `json:"needs"`
		Advises string `json:"advises"`
		Why     string `json:"why"`
		Source  string `json:"source"`
		Seen    string `json:"seen"`
	} `json:"rows"`
}

// Parse reads a table and reports all its faults: a row without a source, a
// span that has no version, a version on which the rows are silent although
// others of its component have one.
func Parse(data []byte) (*Table, error) {
	var f file
	if err := yaml.UnmarshalStrict(data, &f); err != nil {
		return nil, err
	}
	r := reader{table: &Table{}}
	r.components(f)
	r.versions(f)
	r.rows(f)
	if len(r.faults) == 0 {
		r.silent()
	}
	if len(r.faults) > 0 {
		return nil, errors.Join(r.faults...)
	}
	return r.table, nil
}

type reader struct {
	table  *Table
	faults []error
}

func (r *reader) fault(where, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf(where+": "+format, args...))
}

func (r *reader) components(f file) {
	t := r.table
	for _, c := range f.Components {
		names := append([]string{c.Name}, strings.Fields(c.Also)...)
		for _, name := range names {
			if t.component(name) >= 0 {
				r.fault("component "+c.Name, "%s is the name of another one", name)
			}
		}
		if c.Name == "" || c.Title == "" || c.Precision < 1 || c.Precision > 3 || c.Cost < 1 {
			r.fault("component "+c.Name, "want a name, a title, a precision of 1 to 3 and a cost")
		}
		t.components = append(t.components, Component{
			Name: c.Name, Title: c.Title, Also: names[1:], Precision: c.Precision, Cost: c.Cost, Lines: c.Lines, Always: c.Always,
		})
	}
	if t.spark = t.component("spark"); t.spark < 0 {
		r.fault("components", "spark is missing")
	}
}

func (r *reader) versions(f file) {
	for _, v := range f.Versions {
		where := fmt.Sprintf("versions of %s, %s", v.Of, v.Are)
		i := r.table.component(v.Of)
		if i < 0 || v.Source == "" || v.Seen == "" {
			r.fault(where, "want a known component, a source and seen")
			continue
		}
		c := &r.table.components[i]
		for text := range strings.FieldsSeq(v.Are) {
			number := cut(text, c.Precision)
			if number == nil || len(c.Versions) > 0 && !number.GreaterThan(c.Versions[len(c.Versions)-1].number) {
				r.fault(where, "%s has to have %d numbers and to be newer than the one before", text, c.Precision)
				continue
			}
			c.Versions = append(c.Versions, Version{Text: text, Refused: v.Refused, Source: v.Source, Seen: v.Seen, number: number})
		}
	}
}

func (r *reader) rows(f file) {
	for _, row := range f.Rows {
		where := fmt.Sprintf("row %s needs %s", row.When, row.Needs+row.Advises)
		when, errWhen := r.table.span(row.When)
		needs, errNeeds := r.table.span(row.Needs + row.Advises)
		for _, err := range []error{errWhen, errNeeds} {
			if err != nil {
				r.fault(where, "%w", err)
			}
		}
		if row.Why == "" || row.Source == "" || row.Seen == "" || (row.Needs == "") == (row.Advises == "") {
			r.fault(where, "want either needs or advises, and why, source and seen")
		}
		r.table.rows = append(r.table.rows, Row{When: when, Needs: needs, Advice: row.Advises != "", Why: row.Why, Source: row.Source, Seen: row.Seen})
	}
}

// span reads "spark ~4.1.0": a component and a constraint on its versions.
func (t *Table) span(text string) (Span, error) {
	name, constraint, _ := strings.Cut(text, " ")
	s := Span{Component: name, component: slices.IndexFunc(t.components, func(c Component) bool { return c.Name == name })}
	if s.component < 0 {
		return s, fmt.Errorf("no component %q", name)
	}
	c, err := semver.NewConstraint(constraint)
	if err != nil {
		return s, fmt.Errorf("%q: %w", text, err)
	}
	for _, v := range t.components[s.component].Versions {
		ok := c.Check(v.number)
		s.in = append(s.in, ok)
		if ok {
			s.Versions = append(s.Versions, v.Text)
		}
	}
	if len(s.Versions) == 0 {
		return s, fmt.Errorf("%q has no version", text)
	}
	return s, nil
}

// silent finds what would be taken for a yes because nobody wrote a row: when
// some versions of a component need something of another one, all must.
func (r *reader) silent() {
	t := r.table
	for i, row := range t.rows {
		first := !slices.ContainsFunc(t.rows[:i], row.same)
		for v, version := range t.components[row.When.component].Versions {
			said := slices.ContainsFunc(t.rows, func(o Row) bool { return row.same(o) && o.When.in[v] })
			if first && !row.Advice && !said && version.Refused == "" {
				r.fault("rows", "none says what %s %s needs of %s", row.When.Component, version.Text, row.Needs.Component)
			}
		}
	}
}

// same reports whether two rows say what one component needs of another.
func (r Row) same(o Row) bool {
	return r.Advice == o.Advice && r.When.component == o.When.component && r.Needs.component == o.Needs.component
}
