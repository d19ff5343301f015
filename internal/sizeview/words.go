package sizeview

import (
	"fmt"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// Clean makes foreign words fit for a terminal, at most so many letters of
// them.
func Clean(text string, most int) string { return clean(text, most) }

// Money writes dollars.
func Money(dollars float64) string { return sizing.Money(dollars) }

// Span writes seconds.
func Span(seconds float64) string { return sizing.Span(seconds) }

// Aged are warnings about the date of prices.
func Aged(asOf, today string) []string {
	return priceAge(Document{Cost: sizing.Cost{AsOf: asOf}}, today)
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
