package question

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/robfig/cron/v3"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func scalingRows() []Question {
	return []Question{{
		Key: "scaling.spot", Page: "scaling", Title: "Executors on spot nodes",
		Help: "Spot nodes cost a fraction and are taken away at short notice. Executors bear that: they hand their shuffle blocks " +
			"on, to the bucket if nobody else is left. The Connect server and the databases stay off spot nodes.",
		Field:   func(s *spec.Spec) any { return &s.Scaling.Spot },
		Options: spotOptions,
	}, {
		Key: "scaling.officeHours", Page: "scaling", Title: "Office hours",
		Help: "KEDA takes the Connect servers down outside office hours, and every session with them. Executors come and go with the " +
			"work in any case.",
		Field: func(s *spec.Spec) any { return &s.Scaling.OfficeHours },
		Check: func(s spec.Spec) error {
			if s.Scaling.OfficeHours && s.Environment == spec.Prod {
				return fault.New(fault.Usage, "in prod somebody may work at any hour; office hours are for dev and staging", "--set scaling.officeHours=false")
			}
			return nil
		},
	}, {
		Key: "scaling.timezone", Page: "scaling", Title: "Time zone", When: inOfficeHours,
		Help:  "Time zone of the office hours, as the IANA names it.",
		Field: func(s *spec.Spec) any { return &s.Scaling.TimeZone },
		Check: func(s spec.Spec) error {
			if !timeZone.MatchString(s.Scaling.TimeZone) {
				return errors.New("want a time zone such as Europe/Berlin")
			}
			return nil
		},
	}, {
		Key: "scaling.start", Page: "scaling", Title: "Office hours begin", When: inOfficeHours,
		Help:  "When the Connect servers start, as a cron line: minute, hour, day, month, weekday.",
		Field: func(s *spec.Spec) any { return &s.Scaling.Start },
		Check: func(s spec.Spec) error { return cronLine(s.Scaling.Start) },
	}, {
		Key: "scaling.end", Page: "scaling", Title: "Office hours end", When: inOfficeHours,
		Help:  "When the Connect servers stop, as a cron line.",
		Field: func(s *spec.Spec) any { return &s.Scaling.End },
		Check: func(s spec.Spec) error {
			// KEDA refuses such a pair, after everything else is installed.
			if s.Scaling.End == s.Scaling.Start {
				return errors.New("want another time than the one at which they begin")
			}
			return cronLine(s.Scaling.End)
		},
	}}
}

func inOfficeHours(s spec.Spec) bool { return s.Scaling.OfficeHours }

// spotOptions shows beside each cloud how many of its spot nodes are here. A
// pool may be scaled to zero, so none is no reason to refuse.
func spotOptions(f facts.Facts) []Option {
	options := []Option{{Value: spec.NoSpot, Label: "No", Note: "executors go where there is room"}}
	for _, cloud := range []struct{ value, label string }{
		{spec.EKS, "EKS managed node groups"},
		{spec.Karpenter, "Karpenter"},
		{spec.GKE, "GKE"},
		{spec.AKS, "AKS"},
	} {
		o := Option{Value: cloud.value, Label: cloud.label}
		pool, _ := spec.SpotPool(cloud.value)
		if n := len(f.Labelled(pool.Label, pool.Value)); f.Known && n > 0 {
			o.Note = fmt.Sprintf("%d spot nodes here", n)
		}
		options = append(options, o)
	}
	return options
}

// timeZone is the form of the IANA's names; whether one exists is for the
// machine that has the list to say.
var timeZone = regexp.MustCompile(`^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$`)

func cronLine(text string) error {
	if _, err := cron.ParseStandard(text); err != nil || !fiveFields.MatchString(text) {
		return errors.New("want a cron line of five fields, such as 0 8 * * 1-5")
	}
	return nil
}

// fiveFields leaves out what cron libraries add to the format, such as @daily.
var fiveFields = regexp.MustCompile(`^(\S+ ){4}\S+$`)
