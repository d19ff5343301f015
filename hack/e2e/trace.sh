# Traces of a running platform, through an OpenTelemetry collector. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# collector_up starts the collector on this machine, where pods of the sandbox's node reach it as they reach everything else. Sets
# collector (its process) and trace_endpoint. What arrives is in $logs/traces.json, a request a line.
collector_up() {
  local port
  (cd hack/otelcol && CGO_ENABLED=0 go build -trimpath -o "$cache/otelcol" .)
  port=$(free_port)
  rm -f "$logs/traces.json"
  cat >"$logs/collector.yaml" <<YAML
receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:$port"}}}}
exporters: {file: {path: $logs/traces.json, flush_interval: 1s}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [file]}}, telemetry: {metrics: {level: none}}}
YAML
  # The limit is for a phase that ends where nothing can end it.
  timeout 1800 "$cache/otelcol" --config "file:$logs/collector.yaml" >"$logs/collector.log" 2>&1 &
  collector=$!
  trace_endpoint=grpc://$(own_address):$port
  for _ in $(seq 100); do
    grep -q 'Everything is ready' "$logs/collector.log" && return
    sleep 0.1
  done
  cat "$logs/collector.log"
  return 1
}

# A run of a pipeline is a trace too, which Airflow sends by itself: the run, its tasks, and the work of each task's pod.
trace_airflow() {
  local run
  run=traced-$(date +%s)
  # While the deployments are replaced, what is asked of the old one may be lost with it.
  cluster -n "$namespace" rollout status deployment/airflow-scheduler --timeout=120s
  cluster -n "$namespace" exec deployment/airflow-scheduler -c scheduler -- sh -c \
    "airflow dags unpause samples && airflow dags trigger samples --run-id $run" >"$logs/trigger" 2>&1
  for _ in $(seq 90); do
    python3 hack/e2e/pipeline.py "$logs/traces.json" samples "$run" && return
    sleep 2
  done
  cat "$logs/trigger"
  cluster -n "$namespace" get pods
  return 1
}

# Dashboards lead to traces by what both say of an application: its ID, and the line that is its name.
linked() {
  curl -fsS "http://$(address 'Spark 4.1 UI')/metrics/executors/prometheus" >"$logs/executors"
  grep "application_id=\"$1\", application_name=\"spark-41\"" "$logs/executors"
  [ -n "$(cluster -n "$namespace" get pods -l spark-role=driver,app.kubernetes.io/instance=spark-41 -o name)" ]
  grep -q '"service.name","value":{"stringValue":"spark-41"}' "$logs/traces.json"
}

# A query of the platform is a trace: the tree of spans that the collector has written is that of the jobs and stages that the
# driver itself tells; the History Server, which reads the same event log as we do, may be minutes behind.
trace_platform() {
  local application
  # Not local: the trap runs when the function is gone.
  collector=
  trap 'kill ${collector:+"$collector"} 2>/dev/null' EXIT
  collector_up
  images/build.sh --only sparkwiz
  bin/sparkwiz sandbox load "$cache/images/sparkwiz.tar"
  answers+=(--set observability.traces=existing --set "observability.traceEndpoint=$trace_endpoint")
  bin/sparkwiz apply "${answers[@]}" --yes
  query_from_here # Its doors stay open until the phase ends.
  trap 'kill "$collector" "$forward" 2>/dev/null' EXIT
  application=$(curl -fsS "http://$(address 'Spark 4.1 UI')/api/v1/applications" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
  for _ in $(seq 90); do
    python3 hack/e2e/spans.py "$logs/traces.json" "http://$(address 'Spark 4.1 UI')" "$application" && break
    sleep 1
  done
  python3 hack/e2e/spans.py "$logs/traces.json" "http://$(address 'Spark 4.1 UI')" "$application" --explain
  linked "$application"
  trace_airflow
}
