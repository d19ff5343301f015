# Metrics, dashboards and alerts of the platform that runs. Sourced by hack/e2e.sh, which calls observe_platform after the
# platform is installed; the platform is left as it was found.
#
# Real: Spark, its PodMonitors and rules in the API server, the Prometheus operator that turns them into Prometheus' own
# configuration, and Prometheus, which relabels, scrapes and evaluates as that says. The operator and Prometheus are processes
# of this machine, for their images cannot be had here.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# cluster ARGUMENT… is kubectl with the sandbox's cluster and no other.
cluster() { kubectl --kubeconfig "$kubeconfig" "$@"; }

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

# operate runs the operator with the sandbox's credentials until the phase ends.
operate() {
  local keys=$logs/operator
  mkdir -p "$keys"
  python3 - "$kubeconfig" "$keys" <<'PYTHON'
import base64, json, subprocess, sys
view = json.loads(subprocess.run(["kubectl", "--kubeconfig", sys.argv[1], "config", "view", "--raw", "-o", "json"], check=True, capture_output=True).stdout)
user, cluster = view["users"][0]["user"], view["clusters"][0]["cluster"]
for name, data in (("cert", user["client-certificate-data"]), ("key", user["client-key-data"]), ("ca", cluster["certificate-authority-data"])):
    with open(f"{sys.argv[2]}/{name}", "wb") as file:
        file.write(base64.b64decode(data))
with open(f"{sys.argv[2]}/server", "w") as file:
    file.write(cluster["server"])
PYTHON
  chmod 600 "$keys"/*
  "$(hack/tool.sh prometheus-operator)" --apiserver "$(cat "$keys/server")" --cert-file "$keys/cert" --key-file "$keys/key" --ca-file "$keys/ca" \
    --web.listen-address 127.0.0.1:0 >"$logs/operator.log" 2>&1 &
  operator=$!
}

# configured waits until the operator has written Prometheus' configuration with our monitors and rules, and lays it out for
# a Prometheus on this machine: the same, but for where the rules are, and that pods come from a file, since Debian's
# Prometheus knows no Kubernetes.
configured() {
  local dir=$logs/prometheus secret=prometheus-theirs
  mkdir -p "$dir/rules"
  for _ in $(seq 120); do
    cluster -n "$namespace-prometheus" get secret "$secret" -o jsonpath='{.data.prometheus\.yaml\.gz}' 2>/dev/null | base64 -d | gunzip >"$dir/operator.yaml" 2>/dev/null || true
    cluster -n "$namespace-prometheus" get configmap "$secret-rulefiles-0" -o json >"$dir/rules.json" 2>/dev/null || true
    if grep -q "podMonitor/$namespace/spark-driver/1" "$dir/operator.yaml" && grep -q sparkwiz-connect "$dir/rules.json"; then break; fi
    sleep 1
  done
  python3 - "$dir" <<'PYTHON'
import json, pathlib, re, sys
dir = pathlib.Path(sys.argv[1])
for name, text in json.loads((dir / "rules.json").read_text())["data"].items():
    (dir / "rules" / name).write_text(text)
text = (dir / "operator.yaml").read_text()
text = re.sub(r"(?m)^  kubernetes_sd_configs:\n(?:  - .*\n|    .*\n)+", f"  file_sd_configs:\n  - files: [{dir}/pods.json]\n", text)
text = re.sub(r"(?m)^- /etc/prometheus/rules/.*$", f"- {dir}/rules/*.yaml", text)
(dir / "prometheus.yaml").write_text(text)
PYTHON
  python3 hack/e2e/pods_sd.py "$kubeconfig" "$namespace" >"$dir/pods.json"
  "$(hack/prometheus.sh)/promtool" check config "$dir/prometheus.yaml"
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

observe_platform() {
  local port lines='spark-35 spark-41' before dashboards line worker
  workers=()
  cluster apply --server-side -f "$(monitoring_definitions)" >/dev/null
  trap 'kill ${operator:-} ${prometheus:-} ${workers[*]:-} 2>/dev/null || true; cluster delete namespace "$namespace-prometheus" --timeout=60s; cluster delete -f "$(monitoring_definitions)" --timeout=60s >/dev/null' EXIT
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

  operate
  configured
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
