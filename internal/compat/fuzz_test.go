package compat_test

import (
	"errors"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/compat"
)

// FuzzPin: whatever somebody types, it is either a pin of the table, which
// reads back as itself, or a fault that says so. It is never taken for a yes.
func FuzzPin(f *testing.F) {
	for _, seed := range []string{
		"spark@4.1.4", "kubernetes@v1.33.4+k3s1", "RAPIDS@26.8.1", "spark", "@", "@1", "spark@", "spark@4@1", "java@17.0.15",
		"spark@4.1.0-preview1", "spark@99999999999999999999.1.1", "python@3.", "hive@\x00", "спарк@4.1.4", "spark@04.01.04", "gx@=1.24.1",
	} {
		f.Add(seed)
	}
	table := load(f)
	f.Fuzz(func(t *testing.T, word string) {
		p, err := compat.ParsePin(word)
		if err != nil {
			if p != (compat.Pin{}) || len(err.Error()) > 600 {
				t.Fatalf("%q: a pin %v with an error of %d letters", word, p, len(err.Error()))
			}
			return
		}
		if p.String() != word {
			t.Fatalf("%q reads back as %q", word, p)
		}
		known, err := table.Resolve(p)
		j := table.Judge(p)
		if err != nil {
			unknown, ok := errors.AsType[*compat.UnknownError](err)
			if !ok || j.Verdict != compat.Unknown || len(j.Pins) > 0 {
				t.Fatalf("%q: %v, judged %s", word, err, j.Verdict)
			}
			if unknown.Near != (compat.Pin{}) && unknown.Near == p {
				t.Fatalf("%q: did you mean the same?", word)
			}
			return
		}
		again, err := table.Resolve(known)
		if err != nil || again != known || j.Verdict == compat.Unknown || len(j.Pins) != 1 || j.Pins[0] != known {
			t.Fatalf("%q is %v, then %v, %v, judged %s", word, known, again, err, j.Verdict)
		}
	})
}
