package question

import (
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// notYet marks what the design has and this version has not.
const notYet = "not available yet"

func environmentRows() []Question {
	return []Question{{
		Key: "environment", Page: "environment", Title: "Environment", Required: true,
		Help: "dev may keep its object store and passwords in the cluster. staging and prod bring their own store, because one " +
			"inside the cluster is lost together with it.",
		Field: func(s *spec.Spec) any { return &s.Environment },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.Dev, Label: "dev", Note: "try things, throw them away"},
				{Value: spec.Staging, Label: "staging", Note: "as prod, but smaller"},
				{Value: spec.Prod, Label: "prod", Note: "people rely on it"},
			}
		},
	}}
}
