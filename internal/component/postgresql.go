package component

import (
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const databaseSecret = "postgresql-credentials"

// postgresql is one server on one volume, for development.
func postgresql() Component {
	pod := func(s spec.Spec) Pod {
		return Pod{Name: "postgresql", Count: 1, CPUMilli: 100, Memory: 256 * mib, Volume: quantity(s.Database.Size)}
	}
	return Component{
		Name: "postgresql", Title: "PostgreSQL (dev)", Chart: "postgresql",
		When:  in(spec.InCluster),
		Flows: databaseFlows,
		Secrets: func(s spec.Spec) []secret.Ref {
			refs := []secret.Ref{{
				Secret: databaseSecret, Key: "postgres-password", Purpose: "superuser of the database server",
				Fixed: "the server takes it only when its volume is made; change it with ALTER ROLE postgres in the pod, then in the Secret",
			}}
			for _, name := range databases(s) {
				refs = append(refs, database(s, name).refs...)
			}
			return refs
		},
		Pods: func(s spec.Spec) []Pod { return []Pod{pod(s)} },
		Values: func(s spec.Spec) map[string]any {
			var all []any
			for _, name := range databases(s) {
				d := database(s, name)
				all = append(all, map[string]any{"name": d.Name, "user": d.User, "passwordKey": d.Key})
			}
			return map[string]any{
				"imageRegistry":  s.Images.Registry,
				"existingSecret": databaseSecret,
				"databases":      all,
				"persistence":    map[string]any{"size": s.Database.Size, "storageClass": s.Storage.Class},
				"resources":      resources(pod(s)),
			}
		},
	}
}
