package question

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Origin says who gave an answer.
type Origin string

// The origins, weakest first: each may be replaced by a later one.
const (
	FromDefault Origin = "default"
	FromCluster Origin = "cluster"
	FromPreset  Origin = "preset"
	FromFile    Origin = "file"
	FromFlag    Origin = "flag"
	FromYou     Origin = "you" // typed in the wizard
)

// Answers are the answers with their origins.
type Answers struct {
	Spec    spec.Spec
	origins map[string]Origin
}

// NewAnswers starts from a spec of which some keys were answered by origin.
func NewAnswers(s spec.Spec, keys []string, origin Origin) Answers {
	a := Answers{Spec: s, origins: map[string]Origin{}}
	for _, k := range keys {
		a.origins[k] = origin
	}
	return a
}

// Origin says who answered a key.
func (a Answers) Origin(key string) Origin {
	if o, ok := a.origins[key]; ok {
		return o
	}
	return FromDefault
}

// Set answers a question by its key.
func (a *Answers) Set(key, text string, origin Origin) error {
	q, ok := Find(key)
	if !ok {
		return spec.Unknown(key)
	}
	if err := q.Put(&a.Spec, text); err != nil {
		return err
	}
	a.mark(key, origin)
	return nil
}

// mark makes the zero Answers usable: nobody has answered anything yet.
func (a *Answers) mark(key string, origin Origin) {
	if a.origins == nil {
		a.origins = map[string]Origin{}
	}
	a.origins[key] = origin
}

// SetPairs applies key=value pairs, as --set gives them, and reports all that
// are wrong.
func (a *Answers) SetPairs(pairs []string) error {
	var faults []error
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			faults = append(faults, fault.New(fault.Usage, fmt.Sprintf("--set %s: want key=value", pair), "--set "+pair+"=…"))
			continue
		}
		faults = append(faults, a.Set(strings.TrimSpace(key), value, FromFlag))
	}
	return errors.Join(faults...)
}

// Suggest fills in what this cluster suggests, where nobody has answered. It
// returns the reasons by key.
func (a *Answers) Suggest(f facts.Facts) map[string]string {
	reasons := map[string]string{}
	for _, q := range Rows() {
		if q.Suggest == nil || (a.Origin(q.Key) != FromDefault && a.Origin(q.Key) != FromCluster) {
			continue
		}
		value, reason := q.Suggest(f)
		if value == "" {
			continue
		}
		reasons[q.Key] = reason
		if q.Put(&a.Spec, value) == nil {
			a.mark(q.Key, FromCluster)
		}
	}
	return reasons
}

// Answered reports whether a question needs nobody any more. A required one
// needs somebody: a suggestion from the cluster is not an answer.
func (a Answers) Answered(q Question) bool {
	o := a.Origin(q.Key)
	return !q.Required || (o != FromDefault && o != FromCluster)
}

// Missing are the required questions that nobody has answered.
func (a Answers) Missing() []Question {
	var missing []Question
	for _, q := range Rows() {
		if q.Asked(a.Spec) && !a.Answered(q) {
			missing = append(missing, q)
		}
	}
	return missing
}

// Validate is the judge of the answers: every front end asks it, and it
// reports every fault at once. Questions that do not apply are not judged.
func Validate(s spec.Spec, f facts.Facts) error {
	var faults []error
	for _, q := range Rows() {
		if q.Asked(s) {
			faults = append(faults, q.Judge(s, f))
		}
	}
	return errors.Join(faults...)
}

// ValidateOne judges one answer.
func ValidateOne(key string, s spec.Spec, f facts.Facts) error {
	q, ok := Find(key)
	if !ok {
		return spec.Unknown(key)
	}
	return q.Judge(s, f)
}

// Under fills in what nobody has answered, from other answers that matter
// less: a preset's. Keys are those that they answer.
func (a *Answers) Under(other spec.Spec, keys []string, origin Origin) error {
	for _, key := range keys {
		q, known := Find(key)
		if !known || a.Origin(key) != FromDefault {
			continue
		}
		if err := a.Set(key, q.Text(other), origin); err != nil {
			return err
		}
	}
	return nil
}

// Clone is a copy that can be changed on its own, e.g. to be saved while the
// wizard goes on.
func (a Answers) Clone() Answers {
	a.origins = maps.Clone(a.origins)
	return a
}

// Unsuggest takes back what a cluster suggested, because another cluster was
// chosen: its defaults are no answer for this one.
func (a *Answers) Unsuggest() {
	fresh := spec.Default()
	for _, q := range Rows() {
		if a.Origin(q.Key) != FromCluster {
			continue
		}
		if q.Put(&a.Spec, q.Text(fresh)) == nil {
			delete(a.origins, q.Key)
		}
	}
}
