// Package compat knows which versions go together: Spark, and what is run
// beside it. It refuses a combination with the reason, the source of the reason
// and the nearest combination that works.
//
// The facts are rows in assets/compat.yaml. Two components go together when
// every row about both agrees, and when there is a Spark, with a Scala, Java,
// Python and so on, that goes with both: an SDK for S3 and a Python have nothing
// to do with each other, except that no Spark may take the two.
package compat

import (
	"fmt"
	"strings"
)

// Pin is one component at one version.
type Pin struct {
	Component string `json:"component"`
	Version   string `json:"version"`
}

// String is the way people write a pin: spark@4.1.0.
func (p Pin) String() string { return p.Component + "@" + p.Version }

// longestWord is more than any component and version need; what is longer is
// somebody's mistake and is not repeated in full.
const longestWord = 100

// ParsePin splits component@version. It only looks at the form: whether there
// is such a component and version is for [Table.Resolve] to say.
func ParsePin(word string) (Pin, error) {
	if len(word) > longestWord {
		return Pin{}, fmt.Errorf("%q… is too long: want component@version", word[:longestWord])
	}
	component, version, found := strings.Cut(word, "@")
	switch {
	case !found:
		return Pin{}, fmt.Errorf("%q names no version: want component@version", word)
	case component == "" || version == "" || strings.Contains(version, "@"):
		return Pin{}, fmt.Errorf("%q is not component@version", word)
	}
	return Pin{Component: component, Version: version}, nil
}

// Verdict is the answer to "do these go together".
type Verdict string

// The verdicts. Unknown is never a yes.
const (
	Together Verdict = "together"
	Refused  Verdict = "refused"
	Unknown  Verdict = "unknown"
)

// Finding is one thing that the table says about some of the pins.
type Finding struct {
	Pins   []Pin  `json:"pins"`
	Rule   string `json:"rule,omitempty"` // rapids@26.10.0 needs spark 3.5.0–3.5.9, …
	Why    string `json:"why"`            // a sentence without a full stop
	Source string `json:"source"`         // where a reader can check it; [Finding.Sources] splits it
	Seen   string `json:"seen,omitempty"`
}

// separator is between the sources of one row.
const separator = "; "

// Sources are the places where a reader can check the finding.
func (f Finding) Sources() []string { return strings.Split(f.Source, separator) }

// Judgement is what the table says about a selection.
type Judgement struct {
	Verdict   Verdict   `json:"verdict"`
	Pins      []Pin     `json:"pins"`                // as the table writes them
	Conflicts []Finding `json:"conflicts,omitempty"` // every reason to refuse
	Because   []Finding `json:"because,omitempty"`   // the rows that agree
	Advice    []Finding `json:"advice,omitempty"`    // works, but deserves a thought
	Spark     []string  `json:"spark,omitempty"`     // when no Spark was chosen: those that go with it
	Nearest   []Pin     `json:"nearest,omitempty"`   // when refused: the nearest combination that works
	Unknown   []error   `json:"-"`                   // what the table does not know, each an [*UnknownError] or a pin named twice
}
