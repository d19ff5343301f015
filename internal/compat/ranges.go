package compat

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// shortest is the number of neighbours from which on a range is easier to read
// than a list.
const shortest = 3

// Ranges writes versions, oldest first, as people do: 3.5.0–3.5.9, 4.0.0. A range
// never leaves a line, and counts on: 17 and 21 are two.
func Ranges(versions []string) string {
	var parts []string
	for i := 0; i < len(versions); {
		j := i
		for j+1 < len(versions) && follows(versions[j], versions[j+1]) {
			j++
		}
		if j-i+1 < shortest {
			j = i
			parts = append(parts, versions[i])
		} else {
			parts = append(parts, versions[i]+"–"+versions[j])
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// follows reports whether b is the next version after a: its last number is one
// higher, and the others are equal.
func follows(a, b string) bool {
	x, errX := semver.NewVersion(a)
	y, errY := semver.NewVersion(b)
	if errX != nil || errY != nil || strings.Count(a, ".") != strings.Count(b, ".") {
		return false
	}
	switch strings.Count(a, ".") {
	case 0:
		return y.Major() == x.Major()+1
	case 1:
		return y.Major() == x.Major() && y.Minor() == x.Minor()+1
	}
	return y.Major() == x.Major() && y.Minor() == x.Minor() && y.Patch() == x.Patch()+1
}
