package compat

import (
	"fmt"
	"slices"
	"strings"
)

// Why judges two pins.
func (t *Table) Why(a, b Pin) Judgement { return t.Judge(a, b) }

// Judge says whether all pins go together in one platform, and finds every
// reason why not. What the table does not know makes the verdict Unknown, but
// for the conflicts among the rest.
func (t *Table) Judge(pins ...Pin) Judgement {
	var j Judgement
	chosen := t.nothing()
	for _, p := range pins {
		c, v, err := t.find(p)
		switch {
		case err != nil:
			j.Unknown = append(j.Unknown, err)
			continue
		case chosen[c] == v:
			continue
		case chosen[c] >= 0:
			j.Unknown = append(j.Unknown, fmt.Errorf("%s and %s are two versions of one component: judge each by itself", t.pin(c, chosen[c]), t.pin(c, v)))
			continue
		}
		chosen[c] = v
		j.Pins = append(j.Pins, t.pin(c, v))
	}
	t.findings(chosen, &j)
	switch {
	case len(j.Conflicts) > 0:
		j.Verdict = Refused
		j.Nearest = order(t.nearest(chosen), j.Pins)
	case len(j.Unknown) > 0:
		j.Verdict = Unknown
	default:
		j.Verdict = Together
		if chosen[t.spark] < 0 && len(j.Pins) > 0 {
			j.Spark = t.sparks(chosen)
		}
	}
	return j
}

// findings fills in what the rows say about a choice.
func (t *Table) findings(chosen choice, j *Judgement) {
	for c, v := range chosen {
		if v < 0 {
			continue
		}
		if version := t.components[c].Versions[v]; version.Refused != "" {
			j.Conflicts = append(j.Conflicts, Finding{Pins: []Pin{t.pin(c, v)}, Why: version.Refused, Source: version.Source, Seen: version.Seen})
		}
	}
	for a := range chosen {
		for b := a + 1; b < len(chosen); b++ {
			if chosen[a] >= 0 && chosen[b] >= 0 && !t.refused(a, chosen[a]) && !t.refused(b, chosen[b]) {
				t.pair(chosen, a, b, j)
			}
		}
	}
	if len(j.Conflicts) == 0 && chosen.count() > 2 && !t.fits(chosen) {
		j.Conflicts = append(j.Conflicts, t.apart(t.least(chosen)))
	}
}

// pair applies the rows about two components; when there is none, the two are
// still apart if no Spark takes both.
func (t *Table) pair(chosen choice, a, b int, j *Judgement) {
	two := t.nothing()
	two[a], two[b] = chosen[a], chosen[b]
	tied := false
	for _, r := range t.rows {
		applies, agrees := r.says(two)
		if !applies {
			continue
		}
		f := Finding{Pins: t.pins(two), Rule: t.rule(r, two), Why: r.Why, Source: r.Source, Seen: r.Seen}
		tied = tied || !r.Advice
		switch {
		case agrees && !r.Advice:
			j.Because = append(j.Because, f)
		case !agrees && r.Advice:
			j.Advice = append(j.Advice, f)
		case !agrees:
			j.Conflicts = append(j.Conflicts, f)
		}
	}
	if !tied && !t.fits(two) {
		j.Conflicts = append(j.Conflicts, t.apart(two))
	}
}

// says reports whether a row is about a choice, and whether it agrees.
func (r Row) says(chosen choice) (applies, agrees bool) {
	when, needs := chosen[r.When.component], chosen[r.Needs.component]
	if when < 0 || needs < 0 || !r.When.in[when] {
		return false, false
	}
	return true, r.Needs.in[needs]
}

// rule is what a row asks of a choice that it is about.
func (t *Table) rule(r Row, chosen choice) string {
	verb := "needs"
	if r.Advice {
		verb = "is better off with"
	}
	needs := t.components[r.Needs.component]
	versions := needs.texts(func(v Version) bool { return v.Refused == "" && slices.Contains(r.Needs.Versions, v.Text) })
	if len(versions) == 0 {
		versions = r.Needs.Versions
	}
	return fmt.Sprintf("%s %s %s %s", t.pin(r.When.component, chosen[r.When.component]), verb, needs.Name, Ranges(versions))
}

// apart explains why pins that no row ties do not go together: each leaves
// some Spark, and there is none that all leave.
func (t *Table) apart(chosen choice) Finding {
	f := Finding{Pins: t.pins(chosen)}
	var parts []string
	for c, v := range chosen {
		if v < 0 || c == t.spark {
			continue
		}
		one := t.nothing()
		one[c] = v
		sparks := "none"
		if all := t.sparks(one); len(all) > 0 {
			sparks = "Spark " + Ranges(all)
		}
		parts = append(parts, fmt.Sprintf("%s with %s", t.pin(c, v), sparks))
		for _, r := range t.way(one) {
			f.Source, f.Seen = join(f.Source, r.Source), max(f.Seen, r.Seen)
		}
	}
	f.Why = "No Spark here goes with all of them: " + strings.Join(parts, ", ")
	if v := chosen[t.spark]; v >= 0 {
		f.Why = fmt.Sprintf("They need another Spark than %s: %s", t.components[t.spark].Versions[v].Text, strings.Join(parts, ", "))
	}
	return f
}

// join adds sources to others, each once.
func join(sources, more string) string {
	all := strings.Split(sources, separator)
	for source := range strings.SplitSeq(more, separator) {
		if !slices.Contains(all, source) {
			all = append(all, source)
		}
	}
	return strings.TrimPrefix(strings.Join(all, separator), separator)
}

func (t *Table) pins(chosen choice) []Pin {
	var all []Pin
	for c, v := range chosen {
		if v >= 0 {
			all = append(all, t.pin(c, v))
		}
	}
	return all
}

// order puts pins into the order in which somebody named their components.
func order(pins, named []Pin) []Pin {
	place := func(p Pin) int {
		return slices.IndexFunc(named, func(n Pin) bool { return n.Component == p.Component })
	}
	slices.SortFunc(pins, func(a, b Pin) int { return place(a) - place(b) })
	return pins
}
