package question

import (
	"strings"
	"sync"

	"github.com/sparkwiz/sparkwiz/internal/compat"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// What the images carry beside Spark; a test holds it against their lists.
const (
	shippedIceberg   = "1.12.0"
	shippedMetastore = "3.1.3"
	shippedRapids    = "26.08.1"
	shippedJava      = "17"
)

// known is the compatibility table, parsed once: it takes some milliseconds,
// and the wizard judges on every key press.
var known = sync.OnceValues(compat.Load)

// together judges the version of a line with everything that these answers put
// beside it. A refusal comes with the reason and the nearest version that
// works; what the table does not know is no yes.
func together(key string, of func(spec.Spec) spec.Line) func(spec.Spec) error {
	return func(s spec.Spec) error {
		table, err := known()
		if err != nil {
			return err
		}
		j := table.Judge(beside(s, of(s).Version)...)
		switch j.Verdict {
		case compat.Together:
			return nil
		case compat.Unknown:
			return fault.Wrap(j.Unknown[0], fault.Usage, "whether it goes together is not known", "sparkwiz compat")
		case compat.Refused:
		}
		first := j.Conflicts[0]
		words := make([]string, len(first.Pins))
		for i, p := range first.Pins {
			words[i] = p.String()
		}
		hint := "sparkwiz compat why " + strings.Join(words, " ")
		for _, p := range j.Nearest {
			if p.Component == "spark" && p.Version != of(s).Version {
				hint = "--set " + key + "=" + p.Version
			}
		}
		return fault.New(fault.Usage, strings.Join(words, " and ")+" do not go together: "+first.Why, hint)
	}
}

// beside are the versions that a line of Spark runs with.
func beside(s spec.Spec, version string) []compat.Pin {
	pins := []compat.Pin{{Component: "spark", Version: version}, {Component: "java", Version: shippedJava}}
	if s.Iceberg.Enabled {
		pins = append(pins, compat.Pin{Component: "iceberg", Version: shippedIceberg}, compat.Pin{Component: "hive", Version: shippedMetastore})
	}
	if s.GPU.Enabled && strings.HasPrefix(version, "4.") {
		pins = append(pins, compat.Pin{Component: "rapids", Version: shippedRapids})
	}
	return pins
}
