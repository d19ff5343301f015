package compat

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/pmezard/go-difflib/difflib"
)

// Version is one version of a component that the table knows.
type Version struct {
	Text    string // as its makers write it, e.g. 26.08.1
	Refused string // why it goes with nothing here; empty when it may
	Source  string
	Seen    string

	number *semver.Version
}

// UnknownError is a component or a version that the table does not know.
type UnknownError struct {
	What string // the sentence
	Near Pin    // what was probably meant; empty when nothing is near
}

func (e *UnknownError) Error() string {
	if e.Near == (Pin{}) {
		return e.What
	}
	return fmt.Sprintf("%s, did you mean %s?", e.What, e.Near)
}

// Resolve finds the component, also by its other names, and the version, which
// may say more than the table tells apart: java@17.0.15 is java@17, and
// kubernetes@v1.33.4+k3s1 is kubernetes@1.33. The error is an [*UnknownError].
func (t *Table) Resolve(p Pin) (Pin, error) {
	c, v, err := t.find(p)
	if err != nil {
		return p, err
	}
	return t.pin(c, v), nil
}

func (t *Table) find(p Pin) (component, version int, err error) {
	if component = t.component(strings.ToLower(p.Component)); component < 0 {
		if near := t.nearestName(p.Component); near != "" {
			return 0, 0, &UnknownError{What: fmt.Sprintf("unknown component %q", p.Component), Near: Pin{Component: near, Version: p.Version}}
		}
		var names []string
		for _, c := range t.components {
			names = append(names, c.Name)
		}
		return 0, 0, &UnknownError{What: fmt.Sprintf("unknown component %q: there are %s", p.Component, strings.Join(names, ", "))}
	}
	c := t.components[component]
	number := cut(p.Version, c.Precision)
	if number != nil {
		version = slices.IndexFunc(c.Versions, func(v Version) bool { return v.number.Equal(number) })
		if version >= 0 {
			return component, version, nil
		}
	}
	return 0, 0, &UnknownError{
		What: fmt.Sprintf("%s %q is not in the table, which knows %s", c.Name, p.Version, Ranges(c.texts(func(Version) bool { return true }))),
		Near: Pin{Component: c.Name, Version: c.closest(number)},
	}
}

// form is what a version begins with. What follows, such as +k3s1 or
// -gke.100, is the vendor's.
var form = regexp.MustCompile(`^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?([-+.].*)?$`)

// cut reads the first numbers of a version, or nil when it has fewer. With all
// three numbers asked for, a suffix makes another version: 4.1.0-preview1.
func cut(text string, precision int) *semver.Version {
	m := form.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	numbers := slices.DeleteFunc(m[1:4], func(n string) bool { return n == "" })
	if len(numbers) < precision || precision == 3 && m[4] != "" {
		return nil
	}
	number, err := semver.NewVersion(strings.Join(numbers[:precision], "."))
	if err != nil {
		return nil
	}
	return number
}

// closest is the version that somebody who wrote another one may have meant:
// of the same line if there is one, of the same major version, or any; the
// newest of these that is not refused.
func (c Component) closest(number *semver.Version) string {
	best, rank := "", -1
	for _, v := range c.Versions {
		near := 0
		if number != nil && v.number.Major() == number.Major() {
			near = 1
			if v.number.Minor() == number.Minor() {
				near = 2
			}
		}
		if v.Refused == "" && near >= rank {
			best, rank = v.Text, near
		}
	}
	return best
}

// like is how much of two words has to be the same for a typing error.
const like = 0.6

func (t *Table) nearestName(word string) string {
	best, ratio := "", like
	for _, c := range t.components {
		for _, name := range append([]string{c.Name}, c.Also...) {
			m := difflib.NewMatcher(strings.Split(strings.ToLower(word), ""), strings.Split(name, ""))
			if r := m.Ratio(); r > ratio {
				best, ratio = c.Name, r
			}
		}
	}
	return best
}
