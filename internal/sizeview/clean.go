package sizeview

import (
	"strings"
	"unicode"
)

// clean makes anybody's words fit for a terminal: what cannot be printed, such
// as the beginning of a control sequence, becomes a mark, and long ones end in
// an ellipsis.
func clean(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n == most {
			b.WriteRune('…')
			break
		}
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case !unicode.IsPrint(r):
			r = '\uFFFD'
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
