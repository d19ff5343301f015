package wizard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// one asks a question until its answer will do.
func (a *asker) one(q question.Question) error {
	options := a.options(q)
	a.say("")
	a.say(q.Title + " (" + q.Key + ")")
	a.say("  " + q.Help)
	for i, o := range options {
		a.say(fmt.Sprintf("  %d. %s%s", i+1, o.Label, remarked(o)))
	}
	present := q.Text(a.m.answers.Spec)
	for {
		line, err := a.hear(a.prompt(q, options, present))
		if err != nil {
			return err
		}
		if line == "" {
			line = present
		} else {
			line = numbered(options, line)
		}
		if line == "-" && options == nil {
			line = ""
		}
		if err := a.take(q, options, line); err != nil {
			a.explain("  Not taken: ", err)
			continue
		}
		return nil
	}
}

// take takes an answer over if it will do.
func (a *asker) take(q question.Question, options []question.Option, text string) error {
	i := slices.IndexFunc(options, func(o question.Option) bool { return o.Value == text })
	if i >= 0 && options[i].Absent != "" {
		return fault.New(fault.Usage, options[i].Label+" cannot be chosen here: "+options[i].Absent, options[i].Hint)
	}
	if options != nil && i < 0 {
		return fault.New(fault.Usage, fmt.Sprintf("%q is none of the options", text), fmt.Sprintf("type a number from 1 to %d", len(options)))
	}
	try := a.m.answers.Clone()
	if err := try.Set(q.Key, text, question.FromYou); err != nil {
		return err
	}
	if err := q.Judge(try.Spec, a.m.cluster.facts); err != nil {
		return err
	}
	a.m.answer(q, text)
	return nil
}

// options are those of the row; a question of yes and no gets two.
func (a *asker) options(q question.Question) []question.Option {
	switch {
	case q.Key == contextKey:
		return a.m.contextOptions()
	case q.Options != nil:
		return q.Options(a.m.cluster.facts)
	}
	if _, ok := q.Field(&spec.Spec{}).(*bool); ok {
		return []question.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}
	}
	return nil
}

func remarked(o question.Option) string {
	switch {
	case o.Absent != "":
		return " (cannot be chosen: " + o.Absent + ")"
	case o.Note != "":
		return " (" + o.Note + ")"
	default:
		return ""
	}
}

// numbered turns the number or the label of an option into its value.
func numbered(options []question.Option, line string) string {
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(options) {
		return options[n-1].Value
	}
	for _, o := range options {
		if strings.EqualFold(o.Label, line) {
			return o.Value
		}
	}
	return line
}

// prompt shows what Enter takes, why that is suggested, and how to take
// nothing at all where that is an answer.
func (a *asker) prompt(q question.Question, options []question.Option, present string) string {
	shown := present
	if i := slices.IndexFunc(options, func(o question.Option) bool { return o.Value == present }); i >= 0 {
		shown = fmt.Sprintf("%d, %s", i+1, options[i].Label)
	}
	if shown == "" {
		shown = "empty"
	} else if s := a.m.answers.Spec; options == nil && q.Put(&s, "") == nil && q.Judge(s, a.m.cluster.facts) == nil {
		shown += `, "-" for empty`
	}
	if reason := a.m.aside(q); reason != "" {
		shown += "; " + reason
	}
	return "  answer [" + shown + "]: "
}
