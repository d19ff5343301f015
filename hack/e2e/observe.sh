# Metrics, dashboards and alerts of the platform that runs. Sourced by hack/e2e.sh, which calls observe_platform after the
# platform is installed; the platform is left as it was found.
#
# Real: Spark and its executors, the objects in the API server under the definitions of the Prometheus operator, and Prometheus,
# which relabels, scrapes and evaluates. It is a process of this machine, for its image cannot be had here; the operator's part,
# to make a configuration of the objects, is done by hack/e2e/scrape.py.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# cluster ARGUMENT… is the sandbox's own kubectl, with its cluster and no other.
cluster() { bin/sparkwiz-sandbox-kube kubectl --kubeconfig "$kubeconfig" "$@"; }

# The definitions of the operator, in the version that hack/checkers/crds.txt names.
monitoring_definitions() {
  local module where dir
  read -r module where < <(grep prometheus-operator hack/checkers/crds.txt)
  dir=$(cd / && GOFLAGS=-mod=mod go mod download -json "$module" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  echo "$dir/$where"
}

# A Prometheus as somebody might have it: in another namespace, following what has a label.
somebodys_prometheus() {
  cluster create namespace "$namespace-prometheus"
  cluster apply -f - <<YAML
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: theirs, namespace: $namespace-prometheus}
spec:
  version: v2.42.0
  scrapeInterval: 5s
  evaluationInterval: 5s
  podMonitorSelector: {matchLabels: {release: theirs}}
  podMonitorNamespaceSelector: {}
  ruleSelector: {matchLabels: {release: theirs}}
  ruleNamespaceSelector: {}
YAML
}

# work makes one line compute for two minutes at least, from its own pod: tasks, shuffles, cached data, a job that fails now and then.
work() {
  # shellcheck disable=SC2016 # The variable is the container's.
  cluster -n "$namespace" exec -i "deployment/$1-connect" -c spark-connect -- sh -c \
    'SPARK_REMOTE="sc://localhost:15002/${SPARK_CONNECT_AUTHENTICATE_TOKEN:+;authorization=Bearer%20$SPARK_CONNECT_AUTHENTICATE_TOKEN}" python3 -' <hack/e2e/work.py
}

# logged holds the last lines of a pod against their form: every line of Spark is an object that says when, what and whose.
logged() {
  cluster -n "$namespace" logs "$1" -c "$2" --tail=200 | python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin if line.startswith("{")]
assert len(lines) > 5, "hardly a line is JSON"
missing = [l for l in lines if not {"ts", "level", "msg", "executor", "application", "pod", "logger"} <= set(l)]
assert not missing, missing[0]
whose = {l["executor"] for l in lines}
assert all(whose), whose
tasks = [l for l in lines if "task" in str(l.get("context", {})).lower()]
print(f"{len(lines)} lines of JSON, of executor {sorted(whose)}, {len(tasks)} of them about a task")
if sys.argv[1] == "executor":
    assert tasks and all(l["application"] for l in lines), "no line says which task or application it is about"
' "$3"
}

# an_executor LINE names one of its pods that runs.
an_executor() {
  cluster -n "$namespace" get pods -l "spark-role=executor,app.kubernetes.io/instance=$1" --field-selector=status.phase=Running -o name | head -1
}

# observed takes away what the phase has made, however it ends.
observed() {
  # shellcheck disable=SC2048,SC2086 # Processes of this phase, as words.
  kill ${prometheus:-} ${workers[*]:-} 2>/dev/null || true
  cluster delete namespace "$namespace-prometheus" --ignore-not-found --timeout=60s
  [ -z "$definitions" ] || cluster delete -f "$definitions" --ignore-not-found --timeout=60s >/dev/null
}

observe_platform() {
  local port lines='spark-35 spark-41' before dashboards line worker
  workers=()
  # Whoever has these definitions already keeps them, and what he has made of them.
  definitions=$(monitoring_definitions)
  if [ -n "$(cluster get crd podmonitors.monitoring.coreos.com --ignore-not-found -o name)" ]; then definitions=; fi
  trap observed EXIT
  [ -z "$definitions" ] || cluster apply --server-side -f "$definitions" >/dev/null
  cluster wait --for=condition=Established crd/podmonitors.monitoring.coreos.com crd/prometheuses.monitoring.coreos.com --timeout=60s
  somebodys_prometheus

  # Neither the label nor the namespace is known yet: the plan sees that nothing would be scraped, and says which they are.
  bin/sparkwiz plan "${answers[@]}" --set observability.metrics=existing | tee "$logs/plan"
  grep -q -- "--set observability.namespace=$namespace-prometheus --set observability.label=release=theirs" "$logs/plan"
  answers+=(--set observability.metrics=existing --set "observability.namespace=$namespace-prometheus" --set observability.label=release=theirs)

  # The Connect servers are not restarted for it.
  before=$(cluster -n "$namespace" get pods -l spark-role=driver -o jsonpath='{.items[*].metadata.uid}')
  bin/sparkwiz apply "${answers[@]}" --yes
  cluster -n "$namespace" get podmonitor spark-driver -o jsonpath='{.metadata.labels.release}' | grep -qx theirs
  cluster -n "$namespace" get networkpolicy spark-41-connect -o json | grep -q "$namespace-prometheus"
  [ "$before" = "$(cluster -n "$namespace" get pods -l spark-role=driver -o jsonpath='{.items[*].metadata.uid}')" ]
  dashboards=$(cluster -n "$namespace" get configmaps -l grafana_dashboard=1 -o name | wc -l)
  echo "$dashboards dashboards for Grafana's sidecar"
  [ "$dashboards" -gt 5 ]

  python3 hack/e2e/scrape.py "$kubeconfig" "$namespace" release=theirs "$logs/prometheus"
  "$(hack/prometheus.sh)/promtool" check config "$logs/prometheus/prometheus.yaml"
  rm -rf "$logs/prometheus/data"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$(hack/prometheus.sh)/prometheus" --config.file "$logs/prometheus/prometheus.yaml" --storage.tsdb.path "$logs/prometheus/data" \
    --web.listen-address "127.0.0.1:$port" >"$logs/prometheus.log" 2>&1 &
  prometheus=$!
  for line in $lines; do
    work "$line" & # One after the other would take too long; each has its executors.
    workers+=("$!")
  done
  for line in $lines; do
    logged "deployment/$line-connect" spark-connect driver
    for _ in $(seq 60); do # Executors start, log and get tasks when they can.
      logged "$(an_executor "$line")" spark-kubernetes-executor executor 2>"$logs/not-yet" && break
      sleep 4
    done
    logged "$(an_executor "$line")" spark-kubernetes-executor executor
  done
  for worker in "${workers[@]}"; do wait "$worker"; done
  curl -fsS "http://127.0.0.1:$port/api/v1/targets?state=active" | python3 -c '
import json, sys
targets = json.load(sys.stdin)["data"]["activeTargets"]
for t in targets: print(t["health"], t["scrapeUrl"], t["labels"]["line"], t["lastError"])
assert len(targets) == 4 and all(t["health"] == "up" for t in targets)'
  SPARKWIZ_PROMETHEUS=http://127.0.0.1:$port SPARKWIZ_NAMESPACE=$namespace SPARKWIZ_LINES=$lines SPARKWIZ_DRAWING=$logs/dashboards.html \
    go test -count=1 -v -run 'Answers|ListsAreTrue' ./internal/dashboard
  echo "drawn: $logs/dashboards.html"

  # An answer taken back: monitors, rules and dashboards go, and Spark stays.
  bin/sparkwiz apply "${answers[@]}" --set observability.metrics=off --yes
  [ -z "$(cluster -n "$namespace" get podmonitors,prometheusrules -o name)" ]
  [ -z "$(cluster -n "$namespace" get configmaps -l grafana_dashboard=1 -o name)" ]
}
