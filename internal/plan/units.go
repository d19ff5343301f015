package plan

import (
	"strconv"
	"strings"
)

// Cores writes thousandths of a core as people say them: 1.5, 0.25.
func Cores(milli int64) string {
	return short(float64(milli) / 1000)
}

// Bytes writes an amount of memory or disk: 768 Mi, 1.5 Gi, 2 Ti.
func Bytes(n int64) string {
	const mib, gib, tib = int64(1) << 20, int64(1) << 30, int64(1) << 40
	switch {
	case n >= tib:
		return short(float64(n)/float64(tib)) + " Ti"
	case n >= gib:
		return short(float64(n)/float64(gib)) + " Gi"
	default:
		return short(float64(n/mib)) + " Mi"
	}
}

// short has two decimals below ten, one below a hundred, and no zeros to end.
func short(n float64) string {
	decimals := 2
	switch {
	case n >= 100:
		decimals = 0
	case n >= 10:
		decimals = 1
	}
	text := strconv.FormatFloat(n, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
