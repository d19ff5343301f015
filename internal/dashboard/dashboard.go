// Package dashboard holds every dashboard as rows: panels with the queries
// that they draw. Grafana's JSON is written from them, and a test asks a real
// Prometheus the same queries.
package dashboard

import "strings"

// Board is one dashboard.
type Board struct {
	ID       string // file name and Grafana's UID
	Title    string
	About    string // what questions it answers
	Sections []Section
	// Prices adds what a core and a GiB cost, for people to fill in.
	Prices bool
}

// Section is a heading with the panels under it.
type Section struct {
	Title  string
	Panels []Panel
}

// Kind is how a panel draws its numbers.
type Kind string

// The kinds of panels, by Grafana's names.
const (
	Lines  Kind = "timeseries"
	Number Kind = "stat"
)

// Panel is one picture.
type Panel struct {
	Title   string
	About   string // what one sees, and what is good
	Unit    string // Grafana's name of the unit
	Kind    Kind
	Queries []Query
	// Source says who exposes the metrics.
	Source Source
}

// Query is one PromQL expression. The words $scope and $executors stand for
// the label matchers of this board's variables.
type Query struct {
	Expr   string
	Legend string // Grafana's template of the name of each line
}

// Source is who exposes a metric.
type Source string

// The sources. Those of Spark and of our own recording rules are there on
// every platform, those of Airflow where there is Airflow; the others want a
// Prometheus that scrapes them too.
const (
	Spark       Source = "Spark"
	Rules       Source = "recording rules of the chart monitoring"
	StateMetric Source = "kube-state-metrics"
	Kubelet     Source = "kubelet"
	CNPG        Source = "CloudNativePG"
	Airflow     Source = "Airflow"
	Iceberg     Source = "the DAG iceberg_maintenance"
)

// All are the dashboards, from the whole to the parts.
func All() []Board {
	return []Board{overview(), connect(), executors(), jobs(), jvm(), shuffle(), postgresql(), airflow(), maintenance(), cost()}
}

// Written is the expression as Grafana has it, with its variables.
func (q Query) Written() string {
	return strings.NewReplacer(
		"$scope", `namespace="$namespace", line=~"$line"`,
		"$executors", `namespace="$namespace", line=~"$line", executor_id!="driver"`,
		"$space", `namespace="$namespace"`,
	).Replace(q.Expr)
}

// For is the expression with values in place of the variables, for whoever
// asks Prometheus without Grafana. Rate is the window of rates, such as 5m.
func (q Query) For(namespace, line, rate string) string {
	return strings.NewReplacer(
		"$namespace", namespace, "$line", line, "$__rate_interval", rate, "$__range", "1h", "$core_price", "0.04", "$gib_price", "0.005",
	).Replace(q.Written())
}
