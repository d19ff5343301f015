package spec

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Unknown is the error for a key that nobody knows, with the nearest key that
// somebody does.
func Unknown(key string) error {
	best, distance := "", len(key)/2+1
	for _, k := range Keys() {
		if d := edits(key, k); d < distance {
			best, distance = k, d
		}
	}
	what := fmt.Sprintf("unknown key %q", key)
	if best != "" {
		what += fmt.Sprintf(", did you mean %q?", best)
	}
	return fault.New(fault.Usage, what, "sparkwiz questions   # every key with its meaning")
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
