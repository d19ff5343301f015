package component

import (
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const databaseSecret = "postgresql-credentials"

const databaseSize = "5Gi"

func postgresql() Component {
	pod := Pod{Name: "postgresql", Count: 1, CPUMilli: 100, Memory: 256 * mib, Volume: quantity(databaseSize)}
	return Component{
		Name: "postgresql", Title: "PostgreSQL (dev)", Chart: "postgresql",
		When: func(s spec.Spec) bool { return s.Iceberg.Enabled },
		Secrets: func(spec.Spec) []secret.Ref {
			return []secret.Ref{
				{Secret: databaseSecret, Key: "postgres-password", Purpose: "superuser of the database server"},
				metastorePassword(),
			}
		},
		Pods: func(spec.Spec) []Pod { return []Pod{pod} },
		Values: func(s spec.Spec) map[string]any {
			return map[string]any{
				"imageRegistry":  s.Images.Registry,
				"existingSecret": databaseSecret,
				"databases":      []any{map[string]any{"name": "metastore", "user": "metastore", "passwordKey": "metastore-password"}},
				"persistence":    map[string]any{"size": databaseSize, "storageClass": s.Storage.Class},
				"resources":      resources(pod),
			}
		},
	}
}

func metastorePassword() secret.Ref {
	return secret.Ref{Secret: databaseSecret, Key: "metastore-password", Purpose: "the metastore's user in the database"}
}
