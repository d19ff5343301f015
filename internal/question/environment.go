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
				{
					Value: spec.Prod, Label: "prod", Note: "people rely on it",
					Absent: "prod needs a secret provider that outlives the cluster, and those are " + notYet, Hint: "--set environment=staging",
				},
			}
		},
	}}
}

func secretRows() []Question {
	return []Question{{
		Key: "secrets.provider", Page: "secrets", Title: "Secret provider", Required: true,
		Help: "Charts only ever read Kubernetes Secrets by name. The provider decides who fills them. 'Generated' makes random " +
			"passwords in the cluster when they are missing and never changes or shows them.",
		Field:   func(s *spec.Spec) any { return &s.Secrets.Provider },
		Options: providers,
	}}
}

// providers lists every provider of the design; what the cluster serves is
// shown beside each, so that the choice can be prepared today.
func providers(f facts.Facts) []Option {
	external := func(value, label string) Option {
		o := Option{Value: value, Label: label, Absent: notYet, Hint: "--set secrets.provider=" + spec.Generated}
		switch {
		case !f.Known:
		case f.Serves("external-secrets.io/v1"):
			o.Note = "External Secrets v1 is served here"
		default:
			o.Note = "External Secrets is not installed here"
		}
		return o
	}
	return []Option{
		{Value: spec.Generated, Label: "Generated", Note: "random, kept in the cluster; dev and staging"},
		external("aws", "External Secrets · AWS"),
		external("azure", "External Secrets · Azure"),
		external("gcp", "External Secrets · Google"),
		external("ibm", "External Secrets · IBM"),
		external("vault", "External Secrets · Vault"),
		{Value: "vault-agent", Label: "Vault Agent", Absent: notYet, Hint: "--set secrets.provider=" + spec.Generated},
		{Value: "sealed", Label: "Sealed Secrets", Absent: notYet, Hint: "--set secrets.provider=" + spec.Generated},
	}
}
