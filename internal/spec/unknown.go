package spec

import (
	"fmt"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

const questions = "sparkwiz questions   # every key with its meaning"

// Unknown is the error for a key that nobody answers, with what was probably
// meant: the keys of a section, the key whose path was left out, or else the
// one that is nearest in spelling.
func Unknown(key string) error {
	if inside := under(key); len(inside) > 0 {
		return fault.New(fault.Usage, fmt.Sprintf("%q is a section: answer %s", key, strings.Join(inside, ", ")), questions)
	}
	what := fmt.Sprintf("unknown key %q", key)
	if best := nearest(key); best != "" {
		what += fmt.Sprintf(", did you mean %q?", best)
	}
	return fault.New(fault.Usage, what, questions)
}

func nearest(key string) string {
	best, distance := "", len(key)/2+1
	for _, k := range Keys() {
		if before, _, found := strings.Cut(k+".", "."+key+"."); found && key != "" {
			return before + "." + key
		}
		if d := edits(key, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance between two keys.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			previous, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, previous+cost)
		}
	}
	return row[len(b)]
}
