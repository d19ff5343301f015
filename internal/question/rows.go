package question

import (
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Pages are the screens, in the order in which they are asked.
func Pages() []Page {
	return []Page{
		{"cluster", "Cluster", "Where the platform goes. Nothing is written before you have seen the plan."},
		{"environment", "Environment", "The stage this platform is for."},
		{"secrets", "Secret provider", "Where passwords live. sparkwiz keeps references only."},
		{"storage", "Storage", "The object store that holds tables and event logs."},
		{"gpu", "GPU", "Executors with GPUs run SQL through RAPIDS."},
		{"workload", "Workload", "Optional. The job that the executors have to carry: their size, number and cost follow from it."},
		{"spark", "Spark", "Connect servers, and the executors that they ask Kubernetes for."},
		{"scaling", "Scaling and cost", "Which nodes executors run on, and when the servers do."},
		{"iceberg", "Iceberg", "Tables with snapshots, time travel and schema evolution."},
		{"airflow", "Airflow", "Pipelines: DAGs whose tasks use Spark."},
		{"validation", "Data validation", "When data is held against its suite of expectations."},
		{"database", "Database", "The PostgreSQL that the platform keeps its own data in."},
		{"notebooks", "Notebooks", "JupyterLab in the browser, with everything that a notebook needs to talk to Spark."},
		{"network", "Network", "Who may talk with whom, in the namespace and out of it."},
		{"observability", "Observability", "Metrics, dashboards and alerts."},
		{"dr", "Disaster recovery", "Nightly backups of the databases."},
	}
}

// Rows are all questions, in the order in which they are asked.
func Rows() []Question {
	var rows []Question
	for _, part := range [][]Question{
		clusterRows(), environmentRows(), secretRows(), storageRows(), gpuRows(), workloadRows(), sparkRows(), scalingRows(), optionalRows(),
		airflowRows(), databaseRows(), notebookRows(), traceRows(), networkRows(), lastRows(),
	} {
		rows = append(rows, part...)
	}
	return rows
}

// Find returns the question with a key.
func Find(key string) (Question, bool) {
	for _, q := range Rows() {
		if q.Key == key {
			return q, true
		}
	}
	return Question{}, false
}

// On returns the questions of a page that apply to these answers.
func On(page string, s spec.Spec) []Question {
	var rows []Question
	for _, q := range Rows() {
		if q.Page == page && q.Asked(s) {
			rows = append(rows, q)
		}
	}
	return rows
}
