# What Airflow says of itself. Sourced by hack/e2e.sh; hack/e2e/observe.sh calls airflow_metrics after it has turned the metrics
# on, so that everybody who counts runs with them.
#
# Real: Airflow with its processes and the pods of tasks, statsd_exporter, an Iceberg maintenance. The list of names that the
# dashboards are held against is held against what the exporter has after it.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# exporter prints what the exporter of Airflow's metrics has, as Prometheus would get it.
exporter() {
  local pod
  pod=$(cluster -n "$namespace" get pods -l app.kubernetes.io/name=airflow-metrics --field-selector=status.phase=Running -o jsonpath='{.items[0].metadata.name}')
  cluster get --raw "/api/v1/namespaces/$namespace/pods/$pod:9102/proxy/metrics"
}

# pipelines runs DAGs to their ends. The password is the first line of the script, for others can read arguments.
pipelines() {
  {
    printf 'PASSWORD = "%s"\n' "$(cluster -n "$namespace" get secret airflow -o 'go-template={{index .data "admin-password" | base64decode}}')"
    cat hack/e2e/pipelines.py
  } | cluster -n "$namespace" exec -i deployment/airflow-api -c api -- python -
}

airflow_metrics() {
  local deployment
  for deployment in metrics api scheduler dag-processor triggerer; do
    cluster -n "$namespace" rollout status "deployment/airflow-$deployment" --timeout=300s
  done
  pipelines
  sleep 15 # The scheduler has counted the runs, and says how many slots are free, every few seconds.
  exporter >"$logs/airflow-metrics.txt"
  # What could not be read as StatsD, or as one of its names, is lost without a word to Airflow.
  if grep -E '^statsd_exporter_(sample_errors_total|tag_errors_total|events_error_total|events_conflict_total)(\{.*\})? [1-9]' "$logs/airflow-metrics.txt"; then
    return 1
  fi
  SPARKWIZ_AIRFLOW_METRICS=$logs/airflow-metrics.txt go test -count=1 -v -run AirflowList ./internal/dashboard
}
