package sizing_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"1TB": 1e12, "1 tb": 1e12, "1TiB": 1 << 40, "500GiB": 500 << 30, "1.5GB": 15e8, "750MB": 75e7, "1000": 1000, "1T": 1e12, "1Ti": 1 << 40,
	} {
		if got, err := sizing.ParseSize(text); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", " ", "TB", "-1TB", "0", "1XB", "many", "9999999TB", "1e400TB", "NaNTB"} {
		if got, err := sizing.ParseSize(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]float64{"15m": 900, "1h30m": 5400, "90s": 90, "0.5h": 1800} {
		if got, err := sizing.ParseDuration(text); err != nil || got != want {
			t.Errorf("%s: %g, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "15", "0s", "-15m", "fast", "1ms", "99999999h"} {
		if got, err := sizing.ParseDuration(text); err == nil {
			t.Errorf("%q: %g", text, got)
		}
	}
}

func TestWords(t *testing.T) {
	for seconds, want := range map[float64]string{0: "0s", 45.4: "45s", 60: "1m", 750: "12m30s", 5400: "1h30m", 9540: "2h39m", 59.6: "1m"} {
		if got := sizing.Span(seconds); got != want {
			t.Errorf("%g: %s, want %s", seconds, got, want)
		}
	}
	for dollars, want := range map[float64]string{0: "$0.00", 0.00001: "<$0.0001", 0.0034: "$0.0034", 0.0141: "$0.014", 0.25: "$0.25", 2.548: "$2.55", 123.4: "$123", 12345: "$12,345"} {
		if got := sizing.Money(dollars); got != want {
			t.Errorf("%g: %s, want %s", dollars, got, want)
		}
	}
	if n, err := sizing.Days("2026-01-19", "2026-07-20"); n != 182 || err != nil {
		t.Error(n, err)
	}
	if _, err := sizing.Days("soon", "2026-07-20"); err == nil {
		t.Error("soon is a date")
	}
}

func TestParseTransformations(t *testing.T) {
	if got, err := sizing.ParseTransformations(" Join, aggregate,"); err != nil || strings.Join(got, " ") != "join aggregate" {
		t.Error(got, err)
	}
	if _, err := sizing.ParseTransformations("jion,sort,aggregat"); err == nil || !strings.Contains(err.Error(), `"jion", "aggregat"`) {
		t.Error(err)
	}
}
