package hours_test

import (
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/hours"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func TestAsleep(t *testing.T) {
	days := spec.Scaling{OfficeHours: true, TimeZone: "Europe/Berlin", Start: "0 8 * * 1-5", End: "0 20 * * 1-5"}
	nights := days
	nights.Start, nights.End = days.End, days.Start
	with := func(change func(*spec.Scaling)) spec.Scaling {
		s := days
		change(&s)
		return s
	}
	for name, tt := range map[string]struct {
		s    spec.Scaling
		at   string
		want string
	}{
		"in the morning":                {days, "2026-11-26T06:59:00Z", "outside office hours, until Thu 26 Nov 08:00 (Europe/Berlin)"},
		"at the minute they begin":      {days, "2026-11-26T07:00:00Z", ""},
		"at work":                       {days, "2026-11-26T12:00:00Z", ""},
		"the last minute":               {days, "2026-11-26T18:59:59Z", ""},
		"at the minute they end":        {days, "2026-11-26T19:00:00Z", "outside office hours, until Fri 27 Nov 08:00 (Europe/Berlin)"},
		"on Friday night":               {days, "2026-11-27T20:00:00Z", "outside office hours, until Mon 30 Nov 08:00 (Europe/Berlin)"},
		"summer is an hour earlier":     {days, "2026-07-01T06:30:00Z", ""},
		"the night shift":               {nights, "2026-11-26T23:00:00Z", ""},
		"the night shift at noon":       {nights, "2026-11-26T11:00:00Z", "outside office hours, until Thu 26 Nov 20:00 (Europe/Berlin)"},
		"nobody keeps them":             {with(func(s *spec.Scaling) { s.OfficeHours = false }), "2026-11-26T23:00:00Z", ""},
		"a zone that is not known here": {with(func(s *spec.Scaling) { s.TimeZone = "Europe/Atlantis" }), "2026-11-26T12:00:00Z", `office hours are from "0 8 * * 1-5" to "0 20 * * 1-5", Europe/Atlantis`},
		"a day that never comes":        {with(func(s *spec.Scaling) { s.Start = "0 8 30 2 *" }), "2026-11-26T20:00:00Z", ""},
		"neither day comes":             {with(func(s *spec.Scaling) { s.Start, s.End = "0 8 30 2 *", "0 9 30 2 *" }), "2026-11-26T20:00:00Z", `outside office hours, which never begin: "0 8 30 2 *"`},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := hours.Asleep(tt.s, at); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
