package component

import (
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func hiveMetastore() Component {
	pod := Pod{Name: "hive-metastore", Count: 1, CPUMilli: 100, Memory: 768 * mib}
	return Component{
		Name: "hive-metastore", Title: "Hive Metastore", Chart: "hive-metastore",
		When:  func(s spec.Spec) bool { return s.Iceberg.Enabled },
		Needs: []string{"postgresql", "object-store"},
		Secrets: func(s spec.Spec) []secret.Ref {
			return append(storeKeys(s), metastorePassword())
		},
		Pods: func(spec.Spec) []Pod { return []Pod{pod} },
		Values: func(s spec.Spec) map[string]any {
			return map[string]any{
				"imageRegistry": s.Images.Registry,
				"database": map[string]any{
					"host": "postgresql", "port": 5432, "name": "metastore", "user": "metastore",
					"existingSecret": databaseSecret, "passwordKey": "metastore-password",
				},
				"s3":            s3(s),
				"warehouse":     warehouse(s),
				"resources":     resources(pod),
				"networkPolicy": networkPolicy(s),
			}
		},
	}
}

func warehouse(s spec.Spec) string { return "s3a://" + s.Storage.Bucket + "/warehouse" }
