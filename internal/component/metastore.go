package component

import (
	"maps"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func hiveMetastore() Component {
	pod := Pod{Name: "hive-metastore", Count: 1, CPUMilli: 100, Memory: 768 * mib}
	return Component{
		Name: "hive-metastore", Title: "Hive Metastore", Chart: "hive-metastore",
		When:  func(s spec.Spec) bool { return s.Iceberg.Enabled },
		Needs: []string{"postgresql", clusterRelease, "object-store"},
		Secrets: func(s spec.Spec) []secret.Ref {
			return append(storeKeys(s), database(s, "metastore").refs...)
		},
		Pods:  func(spec.Spec) []Pod { return []Pod{pod} },
		Flows: metastoreFlows,
		Values: func(s spec.Spec) map[string]any {
			db := database(s, "metastore")
			policy := storePeers(s)
			if db.Peers != nil {
				policy["databasePeers"] = db.Peers
			}
			v := map[string]any{
				"imageRegistry": s.Images.Registry,
				"database":      db.values(),
				"resources":     resources(pod),
				"networkPolicy": policy,
			}
			maps.Copy(v, store(s))
			return v
		},
	}
}
