package component

import (
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// The flows of each component. They are its own conversations: a server does
// not list those who call it, but for clients that are no pods of ours.

func storeFlows(spec.Spec) []Flow {
	const makes = "object-store-buckets"
	return slices.Concat(lookups(makes), each("object-store", 7070, "makes the bucket", makes), []Flow{
		clients("object-store", "object-store", 7070, "object-store", "object-store", "reads and writes objects, as training jobs do"),
	})
}

func databaseFlows(spec.Spec) []Flow {
	const makes = "postgresql-databases"
	return slices.Concat(lookups(makes), each("postgresql", 5432, "makes databases and their users", makes), []Flow{
		clients("postgresql", "postgresql", 5432, "postgresql", "postgresql", "asks a database"),
	})
}

func clusterFlows(s spec.Spec) []Flow {
	managed := []int{5432, 8000}
	asks := Flow{From: Client("postgresql"), To: clusterRelease, Ports: []int{5432}, Why: "asks a database"}
	asks.Labels = map[string]string{"cnpg.io/cluster": clusterRelease}
	return slices.Concat(lookups(clusterRelease), scraped(s, clusterRelease, 9187), toAPIServer("each server tells the operator how it is, and reads what it should be", clusterRelease), []Flow{
		{From: clusterRelease, To: clusterRelease, Ports: managed, Why: "replicas follow the primary"},
		{From: ClusterManager, To: clusterRelease, Ports: managed, Why: "makes databases, and asks each server how it is"},
		asks,
	})
}

func metastoreFlows(s spec.Spec) []Flow {
	const metastore = "hive-metastore"
	return slices.Concat(lookups(metastore), toDatabase(s, "keeps which tables there are", metastore),
		toStore(s, "makes and removes the directories of tables", metastore), []Flow{
			clients("hive-metastore", metastore, 9083, metastore, metastore, "asks which tables there are"),
		})
}

func (l line) flows(s spec.Spec) []Flow {
	connect, executor := l.release+"-connect", l.release+"-executor"
	all := slices.Concat(
		lookups(connect, executor),
		toAPIServer("asks for executors, watches them, takes them away", connect),
		toStore(s, "reads and writes tables, and writes event logs", connect),
		toStore(s, "reads and writes tables", executor),
		scraped(s, connect, 4040),
		[]Flow{
			{From: connect, To: executor, Ports: []int{7079}, Why: "fetches results and broadcasts blocks"},
			{From: executor, To: executor, Ports: []int{7079}, Why: "shuffles"},
			{From: executor, To: connect, Ports: []int{7078, 7079}, Why: "takes tasks and reports on them; fetches broadcast blocks"},
			clients("connect", connect, 15002, "spark-connect", l.release, "runs queries"),
		},
	)
	if s.Iceberg.Enabled {
		all = append(all, each("hive-metastore", 9083, "asks which tables there are", connect)...)
	}
	if l.history(s) {
		const history = "spark-history"
		all = slices.Concat(all, lookups(history), toStore(s, "reads event logs", history), []Flow{
			clients("history", history, 18080, history, l.release, "looks at what Spark did"),
		})
	}
	return all
}

func notebookFlows(s spec.Spec) []Flow {
	const jupyter = "jupyter"
	server := notebookLine(s).release + "-connect"
	return slices.Concat(lookups(jupyter), each(server, 15002, "notebooks run queries", jupyter), []Flow{
		clients("jupyter", jupyter, 8888, jupyter, jupyter, "opens notebooks"),
	})
}

func airflowFlows(s spec.Spec) []Flow {
	const api, scheduler, processor, triggerer, migrate, worker = "airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "airflow-migrate", "airflow-worker"
	const metrics = "airflow-metrics"
	all := slices.Concat(
		lookups(api, scheduler, processor, triggerer, migrate, worker),
		toDatabase(s, "keeps what ran and what should", api, scheduler, processor, triggerer),
		toDatabase(s, "makes the tables", migrate),
		toAPIServer("starts a pod for each task, and watches it", scheduler),
		toAPIServer("reads the log of a task that runs", api),
		each(api, 8080, "a task asks what to do, and reports", worker),
		each("spark-41-connect", 15002, "a task runs queries", worker),
		toTraces(s, "sends spans of runs and tasks", api, scheduler, processor, triggerer, worker),
		counts(s, metrics, api, scheduler, processor, triggerer, worker),
		scraped(s, metrics, 9102),
		[]Flow{clients("airflow", api, 8080, api, "airflow", "looks at pipelines, starts and stops them")},
	)
	if logsInStore(s) {
		all = append(all, toStore(s, "writes the log of a task", worker, triggerer)...)
		all = append(all, toStore(s, "reads the logs of tasks", api)...)
	}
	return all
}

func validationFlows(spec.Spec) []Flow {
	const job = "data-validation"
	return append(lookups(job), each("spark-41-connect", 15002, "runs the checks of each suite", job)...)
}

func secretFlows(s spec.Spec) []Flow {
	if s.Secrets.Provider != spec.VaultAgent {
		return nil
	}
	const agent = "secrets-agent"
	return slices.Concat(lookups(agent), toAPIServer("keeps the Secrets as Vault says", agent),
		each(VaultServer, portOf(s.Secrets.Address, webPort), "asks for the values", agent))
}

func traceFlows(s spec.Spec) []Flow {
	const exporter = "trace-exporter"
	return slices.Concat(lookups(exporter), toStore(s, "reads event logs", exporter), toTraces(s, "sends spans of queries", exporter))
}
