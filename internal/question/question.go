// Package question holds every question that sparkwiz asks, as rows. The
// wizard, the answers file, --set, --no-input and docs/questions.md are five
// readers of the same rows. A question knows no terminal.
package question

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Question is one thing we ask.
type Question struct {
	Key      string // dotted: --set key, path in the answers file, anchor in docs/questions.md
	Page     string // ID of the page that asks it
	Title    string
	Help     string                                   // what the knob does inside Spark or Kubernetes, and when to change it
	Required bool                                     // no default is right for everybody: somebody must answer
	Field    func(*spec.Spec) any                     // *string, *bool or *int inside the Spec
	Options  func(facts.Facts) []Option               // nil: free text, a number, or yes and no
	Suggest  func(facts.Facts) (value, reason string) // a default from this cluster; empty value: none
	When     func(spec.Spec) bool                     // nil: always
	Check    func(spec.Spec) error                    // judges the field, knowing the other answers
}

// Option is one answer to choose from. An option that cannot work stays
// visible and says why.
type Option struct {
	Value  string
	Label  string
	Note   string // shown beside the label, e.g. what was found on the cluster
	Absent string // why it cannot be chosen here; empty when it can
	Hint   string // what would make it available, as a command or a sentence
}

// Page is one screen of questions.
type Page struct {
	ID    string
	Title string
	Help  string
}

// Asked reports whether the question applies to these answers.
func (q Question) Asked(s spec.Spec) bool { return q.When == nil || q.When(s) }

// Text is the present answer as it is written after --set.
func (q Question) Text(s spec.Spec) string {
	switch p := q.Field(&s).(type) {
	case *string:
		return *p
	case *bool:
		return strconv.FormatBool(*p)
	case *int:
		return strconv.Itoa(*p)
	default:
		panic(fmt.Sprintf("question %s: a field of type %T", q.Key, p))
	}
}

// Put parses text into the answer. It judges the form only (a number is a
// number); Validate judges the sense.
func (q Question) Put(s *spec.Spec, text string) error {
	if err := spec.Put(q.Field(s), text); err != nil {
		return q.wrong(err)
	}
	return nil
}

// wrong is the error about an answer, with the hint of its cause if that has
// one.
func (q Question) wrong(why error) error {
	hint := "--set " + q.Key + "=…   # " + q.Title
	if better := fault.Hints(why); len(better) > 0 {
		hint = better[0]
	}
	return fault.New(fault.Usage, q.Key+": "+why.Error(), hint)
}

// Judge checks one answer against its options and its own check.
func (q Question) Judge(s spec.Spec, f facts.Facts) error {
	if q.Options != nil {
		if err := q.among(q.Text(s), q.Options(f)); err != nil {
			return err
		}
	}
	if q.Check == nil {
		return nil
	}
	if err := q.Check(s); err != nil {
		return q.wrong(err)
	}
	return nil
}

func (q Question) among(text string, options []Option) error {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Value == text })
	if i < 0 {
		var values []string
		for _, o := range options {
			if o.Absent == "" {
				values = append(values, o.Value)
			}
		}
		return q.wrong(fmt.Errorf("%q is not one of %s", text, strings.Join(values, ", ")))
	}
	if o := options[i]; o.Absent != "" {
		return fault.New(fault.Usage, fmt.Sprintf("%s: %s: %s", q.Key, o.Label, o.Absent), o.Hint)
	}
	return nil
}
