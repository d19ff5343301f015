package component

import (
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const clusterRelease = "postgresql-cluster"

// postgresqlCluster is a server with replicas, which the CloudNativePG
// operator runs.
func postgresqlCluster() Component {
	pod := func(s spec.Spec) Pod {
		return Pod{Name: clusterRelease, Count: s.Database.Instances, CPUMilli: 500, Memory: 1024 * mib, Volume: quantity(s.Database.Size)}
	}
	return Component{
		Name: clusterRelease, Title: "PostgreSQL", Chart: "postgresql-cluster",
		Needs: []string{"cloudnative-pg"},
		When:  in(spec.CloudNativePG),
		Secrets: func(s spec.Spec) []secret.Ref {
			var refs []secret.Ref
			for _, name := range databases(s) {
				refs = append(refs, database(s, name).refs...)
			}
			return refs
		},
		Pods:  func(s spec.Spec) []Pod { return []Pod{pod(s)} },
		Flows: clusterFlows,
		Values: func(s spec.Spec) map[string]any {
			var all []any
			for _, name := range databases(s) {
				d := database(s, name)
				all = append(all, map[string]any{"name": d.Name, "user": d.User, "existingSecret": d.Secret})
			}
			return map[string]any{
				"imageRegistry": s.Images.Registry,
				"instances":     s.Database.Instances,
				"databases":     all,
				"persistence":   map[string]any{"size": s.Database.Size, "storageClass": s.Storage.Class},
				"resources":     resources(pod(s)),
				"antiAffinity":  map[string]any{"type": spread(s)},
				"networkPolicy": withPrometheus(s, map[string]any{}),
			}
		},
	}
}

// spread says whether two servers may share a node. In dev there may be one
// node only; elsewhere replicas on one node are worth nothing.
func spread(s spec.Spec) string {
	if s.Environment == spec.Dev {
		return "preferred"
	}
	return "required"
}
