package question

import (
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Variant is one set of valid answers, named by what is special about it.
type Variant struct {
	Name string
	Spec spec.Spec
}

// Variants are answers for whoever has to see all that can be installed: the
// generated documents, and tests of what is rendered. Everything that can be
// switched on is on, once with what the cluster itself offers, once with what
// is brought along; and beside each, every other answer to choose from, one at
// a time. A new row is part of them without further ado.
func Variants() []Variant {
	var all []Variant
	inside, outside, older, alone := spec.Default(), spec.Default(), spec.Default(), spec.Default()
	outside.Environment, outside.Storage.Mode, outside.Database.Mode = spec.Staging, spec.External, spec.External
	older.Spark41.Enabled, older.Spark35.Enabled = false, true
	alone.Validation.Mode = spec.ValidateScheduled
	for _, base := range []Variant{
		{"in the cluster", everything(inside)},
		{"brought along", everything(outside)},
		{"the older line alone", everything(older, "spark-41.enabled")},
		{"validated without Airflow", everything(alone, "airflow.enabled")},
	} {
		all = append(all, base)
		for _, q := range Rows() {
			for _, other := range q.others(base.Spec) {
				if s, ok := mended(q, base.Spec, other); ok {
					all = append(all, Variant{base.Name + ", " + q.Key + "=" + other, s})
				}
			}
		}
	}
	return all
}

// everything says yes wherever that is a valid answer, except where told.
func everything(s spec.Spec, except ...string) spec.Spec {
	s, _ = mend(s)
	for _, q := range Rows() {
		if _, yesNo := q.Field(&s).(*bool); !yesNo || slices.Contains(except, q.Key) {
			continue
		}
		more, fits := mended(q, s, "true")
		for _, key := range except {
			other, _ := Find(key)
			fits = fits && other.Text(more) == other.Text(s)
		}
		if fits {
			s = more
		}
	}
	return s
}

// others are the answers to choose from that are not given.
func (q Question) others(s spec.Spec) []string {
	var values []string
	if _, yesNo := q.Field(&s).(*bool); yesNo {
		values = []string{"true", "false"}
	} else if q.Options != nil {
		for _, o := range q.Options(facts.Facts{}) {
			if o.Absent == "" {
				values = append(values, o.Value)
			}
		}
	}
	var others []string
	for _, v := range values {
		if v != q.Text(s) {
			others = append(others, v)
		}
	}
	return others
}

// mended gives one other answer, and what must then be answered too.
func mended(q Question, s spec.Spec, text string) (spec.Spec, bool) {
	if q.Put(&s, text) != nil {
		return s, false
	}
	s, ok := mend(s)
	return s, ok && q.Text(s) == text
}

// examples are tried, in this order, where a text is missing.
func examples() []string {
	return []string{
		"example", "https://s3.example.com", "db.example.com", "5Gi", "any", "arn:aws:iam::111122223333:role/example",
		"11111111-2222-3333-4444-555555555555", "example@example.iam.gserviceaccount.com",
	}
}

// mend follows the hints of what is wrong, and fills in what is missing.
func mend(s spec.Spec) (spec.Spec, bool) {
	for range 5 {
		err := Validate(s, facts.Facts{})
		if err == nil {
			return s, true
		}
		for _, hint := range fault.Hints(err) {
			words := strings.Fields(hint)
			if len(words) < 2 || words[0] != "--set" {
				continue
			}
			key, value, _ := strings.Cut(words[1], "=")
			if q, known := Find(key); known {
				s = q.follow(s, value)
			}
		}
	}
	return s, false
}

func (q Question) follow(s spec.Spec, value string) spec.Spec {
	if value != "…" && q.Put(&s, value) == nil {
		return s
	}
	for _, text := range examples() {
		if filled := s; q.Put(&filled, text) == nil && q.Judge(filled, facts.Facts{}) == nil {
			return filled
		}
	}
	return s
}
