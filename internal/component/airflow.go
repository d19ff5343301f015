package component

import (
	"maps"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const airflowSecret = "airflow"

func airflow() Component {
	return Component{
		Name: "airflow", Title: "Airflow", Chart: "airflow",
		When: func(s spec.Spec) bool { return s.Airflow.Enabled },
		// Not Spark: a task waits for it, and Airflow starts no tasks by itself.
		Needs:   []string{"postgresql", clusterRelease, "object-store"},
		Secrets: airflowSecrets,
		Pods: func(s spec.Spec) []Pod {
			all := append(airflowServers(s), airflowTask(s))
			if measured(s) {
				all = append(all, airflowExporter())
			}
			return all
		},
		Doors: func(spec.Spec) []Door {
			return []Door{{Title: "Airflow", Service: "airflow-api", Port: 8080, Scheme: "http", Secret: airflowSecret, Key: "admin-password"}}
		},
		Flows:  airflowFlows,
		Values: airflowValues,
	}
}

func airflowSecrets(s spec.Spec) []secret.Ref {
	refs := []secret.Ref{
		{
			Secret: airflowSecret, Key: "fernet-key", Purpose: "what encrypts connections in Airflow's database",
			Fixed: "Airflow's database is encrypted with it; `airflow rotate-fernet-key` wants the old and the new one at once, and writes every connection anew",
		},
		{Secret: airflowSecret, Key: "jwt-secret", Purpose: "what signs the tokens of people and tasks"},
		{Secret: airflowSecret, Key: "api-secret-key", Purpose: "what signs sessions in the browser"},
		{Secret: airflowSecret, Key: "admin-password", Purpose: "Airflow's user admin"},
	}
	refs = append(refs, database(s, "airflow").refs...)
	if logsInStore(s) {
		refs = append(refs, storeKeys(s)...)
	}
	if s.Spark.Token {
		refs = append(refs, connectToken())
	}
	return append(refs, traceKeys(s)...)
}

// airflowServers are sized by what was measured: 250 to 400 MiB each, without
// DAGs of one's own.
func airflowServers(s spec.Spec) []Pod {
	size := func(name string, cpu, memory int64) Pod {
		p := Pod{Name: "airflow-" + name, Count: 1, CPUMilli: cpu, Memory: memory * mib}
		if s.Environment != spec.Dev {
			p.CPUMilli, p.Memory = 5*cpu, 2*p.Memory
		}
		return p
	}
	servers := []Pod{size("api", 100, 512), size("scheduler", 100, 448), size("dag-processor", 50, 320), size("triggerer", 50, 320)}
	if s.Environment == spec.Prod {
		// Either of the two goes on while the other is replaced.
		servers[0].Count, servers[1].Count = 2, 2
	}
	return servers
}

// airflowTask is the pod of a task: a client with pandas and Great
// Expectations, which took 440 MiB.
func airflowTask(s spec.Spec) Pod {
	p := Pod{Name: "airflow-worker", Count: 16, CPUMilli: 250, Memory: 512 * mib, Elastic: true}
	switch s.Environment {
	case spec.Dev:
		p.Count, p.CPUMilli = 4, 100
	case spec.Staging:
		p.Count = 8
	}
	return p
}

// airflowExporter is what all of Airflow's processes tell what they count: a
// few hundred series, which took 20 MiB.
func airflowExporter() Pod {
	return Pod{Name: "airflow-metrics", Count: 1, CPUMilli: 10, Memory: 48 * mib}
}

// logsInStore reports whether the logs of tasks outlive their pods: Airflow's
// image speaks S3 only.
func logsInStore(s spec.Spec) bool {
	return s.Storage.Mode == spec.InCluster || s.Storage.Mode == spec.External
}

func airflowValues(s spec.Spec) map[string]any {
	servers, task := airflowServers(s), airflowTask(s)
	db := database(s, "airflow")
	policy := map[string]any{}
	if db.Peers != nil {
		policy["databasePeers"] = db.Peers
	}
	server := func(i int, more map[string]any) map[string]any {
		v := map[string]any{"replicas": servers[i].Count, "resources": roomy(servers[i])}
		maps.Copy(v, more)
		return v
	}
	v := map[string]any{
		"imageRegistry":  s.Images.Registry,
		"existingSecret": airflowSecret,
		"database":       db.values(),
		"logs":           map[string]any{"enabled": logsInStore(s)},
		"api":            server(0, nil),
		"scheduler":      server(1, map[string]any{"parallelism": task.Count}),
		"dagProcessor":   server(2, nil),
		"triggerer":      server(3, nil),
		"workers":        map[string]any{"resources": roomy(task)},
		"backfill":       map[string]any{"maxParallelism": task.Count},
		// Without Iceberg there is no table that they could fill.
		"dags":          map[string]any{"samples": s.Iceberg.Enabled},
		"networkPolicy": withPrometheus(s, policy),
	}
	maps.Copy(v, sparkClient(s))
	if measured(s) {
		v["metrics"] = map[string]any{"enabled": true, "resources": roomy(airflowExporter())}
	}
	if traced(s) {
		v["traces"] = map[string]any{"endpoint": traceEndpoint(s), "headersSecret": traceSecret(s), "headersKey": traceHeaders}
		policy["tracePeers"] = tracePeers(s)
	}
	if logsInStore(s) {
		at := store(s)
		bucket, _ := at["store"].(map[string]any)
		s3, _ := at["s3"].(map[string]any)
		s3["bucket"], s3["existingSecret"] = bucket["bucket"], bucket["existingSecret"]
		v["s3"] = s3
		maps.Copy(policy, storePeers(s))
	}
	return v
}

// sparkClient is the part of a chart that runs dags/: where Spark is, and when
// data is validated.
func sparkClient(s spec.Spec) map[string]any {
	mode, schedule := s.Validation.Mode, ""
	if mode == spec.ValidateScheduled {
		schedule = s.Validation.Schedule
	}
	if !s.Iceberg.Enabled {
		mode, schedule = spec.ValidateNever, "" // There is no table to look at.
	}
	return map[string]any{
		"environment": s.Environment,
		"connect": map[string]any{
			"host": "spark-41-connect", "port": 15002,
			"token": map[string]any{"enabled": s.Spark.Token, "existingSecret": connectSecret, "key": "token"},
		},
		"validation": map[string]any{"mode": mode, "schedule": schedule},
	}
}

// roomy allows twice the memory that is requested: Airflow forks for every
// file that it reads, and a task is somebody's code.
func roomy(p Pod) map[string]any {
	r, twice := resources(p), p
	twice.Memory *= 2
	r["limits"] = resources(twice)["limits"]
	return r
}
