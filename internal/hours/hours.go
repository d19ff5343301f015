// Package hours tells when office hours begin and end, by the rule that KEDA goes by: they last whenever the next end comes
// before the next beginning.
package hours

import (
	"fmt"
	"time"
	_ "time/tzdata" // The list of zones: images of one program, and some machines, have none.

	"github.com/robfig/cron/v3"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Kept reports whether office hours are in force at a time, and when that changes next, in their own time zone.
func Kept(s spec.Scaling, now time.Time) (open bool, next time.Time, err error) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return false, time.Time{}, err
	}
	start, err := cron.ParseStandard(s.Start)
	if err != nil {
		return false, time.Time{}, err
	}
	end, err := cron.ParseStandard(s.End)
	if err != nil {
		return false, time.Time{}, err
	}
	begins, ends := start.Next(now.In(zone)), end.Next(now.In(zone))
	// A day that never comes, such as 30 February, has no time.
	if !ends.IsZero() && (begins.IsZero() || ends.Before(begins)) {
		return true, ends, nil
	}
	return false, begins, nil
}

// Asleep says of a Connect server that has no pod why that is as it should be; nothing when it is not, and there ought to be one.
func Asleep(s spec.Scaling, now time.Time) string {
	if !s.OfficeHours {
		return ""
	}
	open, next, err := Kept(s, now)
	switch {
	case err != nil:
		// KEDA's list of zones may be newer than ours, and it has decided.
		return fmt.Sprintf("office hours are from %q to %q, %s", s.Start, s.End, s.TimeZone)
	case open:
		return ""
	case next.IsZero():
		return fmt.Sprintf("outside office hours, which never begin: %q", s.Start)
	}
	return fmt.Sprintf("outside office hours, until %s (%s)", next.Format("Mon 2 Jan 15:04"), s.TimeZone)
}
