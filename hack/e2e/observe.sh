# Metrics, dashboards and alerts of the platform that runs, under a Prometheus operator that is there already (hack/e2e/operator.sh).
# Sourced by hack/e2e.sh, which calls observe_platform after the platform is installed; the platform is left as it was found.
#
# All of it is real: the operator makes Prometheus' configuration of our objects, Prometheus finds, scrapes and evaluates, and
# Alertmanager calls somebody. kube-state-metrics cannot be had here, so alerts that go by it are not raised.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# The definitions of the operator, in the version that hack/checkers/crds.txt names.
monitoring_definitions() {
  local module where
  read -r module where < <(grep prometheus-operator hack/checkers/crds.txt)
  echo "$(module_files "$module")/$where"
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

# targets_up LINES waits until Prometheus reaches what our monitors name, two paths of each line's driver and Airflow's exporter,
# and the kubelet's two.
# The way there is long: the operator writes a Secret, the kubelet puts it into the pod, the config-reloader tells Prometheus, and
# that scrapes within 30 s.
targets_up() {
  for _ in $(seq 120); do
    asked 'targets?state=active' | python3 -c '
import json, sys
targets = json.load(sys.stdin)["data"]["activeTargets"]
for t in targets: print(t["health"], t["scrapePool"], t["scrapeUrl"], t["labels"].get("line", ""), t["lastError"])
assert all(t["health"] == "up" for t in targets)
pools = sorted(t["scrapePool"] for t in targets)
ours = "podMonitor/" + sys.argv[1]
found = [sum(p.startswith(kind) for p in pools) for kind in (ours + "/spark-driver/", ours + "/airflow/", "serviceMonitor/")]
assert found == [2 * len(sys.argv[2].split()), 1, 2] and len(pools) == sum(found), pools' "$namespace" "$1" >"$logs/targets" 2>&1 && break
    sleep 2
  done
  cat "$logs/targets"
  if grep -q Error "$logs/targets"; then
    cluster -n "$monitoring" logs prometheus-theirs-0 -c config-reloader --tail=20
    cluster -n "$monitoring" logs "deployment/prometheus-operator-$namespace" --tail=20
    return 1
  fi
}

# value QUERY prints the numbers that Prometheus has for it now.
value() {
  curl -fsS --get "$prometheus/api/v1/query" --data-urlencode "query=$1" |
    python3 -c 'import json, sys; print(*[r["value"][1] for r in json.load(sys.stdin)["data"]["result"]])'
}

# seen LINE NUMBER waits until Prometheus takes a line's Connect server for there, 1, or away, 0.
seen() {
  for _ in $(seq 90); do
    [ "$(value "sparkwiz:connect_up:bool{namespace=\"$namespace\", line=\"$1\"}")" != "$2" ] || return 0
    sleep 1
  done
  echo "Prometheus does not take $1 for $2"
  return 1
}

# lose_a_server takes a line's Connect server away for as long as a node takes that dies: a pod that was only deleted is back
# between two scrapes.
lose_a_server() {
  seen "$1" 1
  cluster -n "$namespace" scale "deployment/$1-connect" --replicas=0
  seen "$1" 0
  sleep 30
  cluster -n "$namespace" scale "deployment/$1-connect" --replicas=1
  cluster -n "$namespace" rollout status "deployment/$1-connect" --timeout=180s
}

# no_more_pods forbids new pods in the namespace, so that executors are asked for and do not come. SparkExecutorsStarved waits
# 15 minutes before it calls anybody: a copy of it waits 15 seconds. Everything else of the rule is as it was installed.
no_more_pods() {
  cluster -n "$namespace" get prometheusrule sparkwiz-spark -o json | python3 -c '
import json, sys
rules = [r for g in json.load(sys.stdin)["spec"]["groups"] for r in g["rules"] if r.get("alert") == "SparkExecutorsStarved"]
assert len(rules) == 1 and rules[0]["for"] == "15m", rules
rules[0]["for"] = "15s"
rules[0]["labels"]["copy"] = "sooner"
about = {"name": "sooner", "namespace": sys.argv[1], "labels": {"release": "theirs"}}
print(json.dumps({"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": about,
  "spec": {"groups": [{"name": "sooner", "rules": rules}]}}))' "$monitoring" | cluster apply -f -
  cluster -n "$namespace" create quota no-more-pods --hard=pods=0
}

# observed takes away what the phase has made, however it ends.
observed() {
  # shellcheck disable=SC2048,SC2086 # Processes of this phase, as words.
  kill ${workers[*]:-} 2>/dev/null || true
  cluster -n "$namespace" delete quota no-more-pods --ignore-not-found
  operator_down
  [ -z "$definitions" ] || cluster delete -f "$definitions" --ignore-not-found --timeout=60s >/dev/null
}

observe_platform() {
  local lines='spark-35 spark-41' before dashboards line worker
  # Not local: the trap runs when the function is gone.
  monitoring=$namespace-prometheus workers=() receiver=
  # Whoever has these definitions already keeps them, and what he has made of them.
  definitions=$(monitoring_definitions)
  if [ -n "$(cluster get crd podmonitors.monitoring.coreos.com --ignore-not-found -o name)" ]; then definitions=; fi
  operator_images
  trap observed EXIT
  [ -z "$definitions" ] || cluster apply --server-side -f "$definitions" >/dev/null
  cluster wait --for=condition=Established crd/podmonitors.monitoring.coreos.com crd/prometheuses.monitoring.coreos.com --timeout=60s
  operator_up
  receiver_up
  somebodys_prometheus "$called"
  cluster -n "$monitoring" wait --for=condition=Available prometheus/theirs alertmanager/theirs --timeout=180s
  # What changes before the config-reloader watches it sees three minutes later only. Somebody's Prometheus has run for long.
  for _ in $(seq 60); do
    cluster -n "$monitoring" logs prometheus-theirs-0 -c config-reloader | grep -q 'started watching' && break
    sleep 1
  done

  # Neither the label nor the namespace is known yet: the plan sees that nothing would be scraped, and says which they are.
  bin/sparkwiz plan "${answers[@]}" --set observability.metrics=existing | tee "$logs/plan"
  grep -q -- "--set observability.namespace=$monitoring --set observability.label=release=theirs" "$logs/plan"
  answers+=(--set observability.metrics=existing --set "observability.namespace=$monitoring" --set observability.label=release=theirs)

  # The Connect servers are not restarted for it.
  before=$(cluster -n "$namespace" get pods -l spark-role=driver -o jsonpath='{.items[*].metadata.uid}')
  bin/sparkwiz apply "${answers[@]}" --yes
  cluster -n "$namespace" get podmonitor spark-driver -o jsonpath='{.metadata.labels.release}' | grep -qx theirs
  cluster -n "$namespace" get networkpolicy spark-41-connect -o json | grep -q "$monitoring"
  [ "$before" = "$(cluster -n "$namespace" get pods -l spark-role=driver -o jsonpath='{.items[*].metadata.uid}')" ]
  dashboards=$(cluster -n "$namespace" get configmaps -l grafana_dashboard=1 -o name | wc -l)
  echo "$dashboards dashboards for Grafana's sidecar"
  [ "$dashboards" -gt 5 ]

  prometheus=http://$(cluster -n "$monitoring" get pod prometheus-theirs-0 -o jsonpath='{.status.podIP}'):9090
  targets_up "$lines"
  # First of all: the share of the time that was lost is large enough only while Prometheus is young. The alert is as it was
  # installed, its two minutes included. It ends when the budget allows, long after the server is back.
  lose_a_server spark-35
  airflow_metrics
  alerted 180 SparkConnectUnavailable firing spark-35
  no_more_pods
  for line in $lines; do
    work "$line" & # One after the other would take too long; each has its executors.
    workers+=("$!")
  done
  alerted 300 SparkExecutorsStarved firing spark-35
  cluster -n "$namespace" delete quota no-more-pods
  for line in $lines; do
    logged "deployment/$line-connect" spark-connect driver
    for _ in $(seq 60); do # Executors start, log and get tasks when they can.
      logged "$(an_executor "$line")" spark-kubernetes-executor executor 2>"$logs/not-yet" && break
      sleep 4
    done
    logged "$(an_executor "$line")" spark-kubernetes-executor executor
  done
  alerted 240 SparkExecutorsStarved resolved spark-35
  for worker in "${workers[@]}"; do wait "$worker"; done
  targets_up "$lines" # The server that came back has another address.
  cluster -n "$namespace" get prometheusrules -o json >"$logs/rules.json"
  SPARKWIZ_PROMETHEUS=$prometheus SPARKWIZ_NAMESPACE=$namespace SPARKWIZ_LINES=$lines SPARKWIZ_VOLUMES=$monitoring \
    SPARKWIZ_AIRFLOW=yes SPARKWIZ_RULES=$logs/rules.json SPARKWIZ_DRAWING=$logs/dashboards.html \
    go test -count=1 -v -run 'Answers|ListsAreTrue|RulesAreLoaded' ./internal/dashboard
  echo "drawn: $logs/dashboards.html"

  # An answer taken back: monitors, rules and dashboards go, and Spark stays.
  bin/sparkwiz apply "${answers[@]}" --set observability.metrics=off --yes
  [ -z "$(cluster -n "$namespace" get podmonitors,prometheusrules -o name)" ]
  [ -z "$(cluster -n "$namespace" get configmaps -l grafana_dashboard=1 -o name)" ]
}
