# Somebody's monitoring: the Prometheus operator with a Prometheus, an Alertmanager and somebody to be called, in a namespace of its
# own beside the platform. Sourced by hack/e2e.sh; hack/e2e/observe.sh uses it.
#
# The operator and its config-reloader are built from their module, Prometheus from its own, and Alertmanager is Debian's: none of
# their images can be had here. Debian's Prometheus would not do, for it is built without discovery in Kubernetes.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

operator_version=0.85.0 prometheus_version=3.16.0 alertmanager_version=0.25.0

# part NAME VERSION is the reference of an image of a program of others.
part() { echo "sparkwiz.test/$1:v$2"; }

# The images of all four, on the node.
operator_images() {
  local program templates archives=()
  # Each is an assignment of its own, for a program that was not built ends the phase only in one.
  program=$(hack/part.sh prometheus-operator)
  archives[0]=$(hack/part-image.sh "$(part prometheus-operator $operator_version)" "$program")
  program=$(hack/part.sh prometheus-config-reloader) # The operator starts it under this path.
  archives[1]=$(hack/part-image.sh "$(part prometheus-config-reloader $operator_version)" "$program:/bin/prometheus-config-reloader")
  program=$(hack/part.sh prometheus)
  archives[2]=$(hack/part-image.sh "$(part prometheus $prometheus_version)" "$program")
  program=$(hack/prometheus.sh)/prometheus-alertmanager # Debian's reads its templates from files.
  templates=/usr/share/prometheus/alertmanager
  archives[3]=$(hack/part-image.sh "$(part alertmanager $alertmanager_version)" "$program" \
    "${program%/usr/*}$templates/default.tmpl:$templates/default.tmpl" "${program%/usr/*}$templates/email.tmpl:$templates/email.tmpl")
  bin/sparkwiz sandbox load "${archives[@]}"
}

# The operator with its own project's roles, in our namespace and under names of ours: roles are the cluster's, and there may be
# others of that name. It follows monitors and rules of every namespace and runs what is in this one.
operator_up() {
  local dir=$logs/operator from
  from=$(hack/part.sh --files prometheus-operator)/example/rbac
  rm -rf "$dir"
  mkdir -p "$dir"
  install -m 644 "$from"/prometheus-operator/prometheus-operator-{cluster-role,cluster-role-binding,service-account,deployment}.yaml \
    "$from"/prometheus/prometheus-{cluster-role,cluster-role-binding,service-account}.yaml "$dir"
  cat >"$dir/kustomization.yaml" <<YAML
namespace: $monitoring
nameSuffix: -$namespace
resources: [$(cd "$dir" && echo prometheus*.yaml | tr ' ' ',')]
images: [{name: quay.io/prometheus-operator/prometheus-operator, newName: sparkwiz.test/prometheus-operator}]
patches:
  - target: {kind: Deployment}
    patch: |
      - op: replace
        path: /spec/template/spec/containers/0/args
        value:
          - --prometheus-config-reloader=$(part prometheus-config-reloader $operator_version)
          - --kubelet-service=$monitoring/kubelet
          - --kubelet-endpoints=true
          - --kubelet-endpointslice=false
          - --prometheus-instance-namespaces=$monitoring
          - --alertmanager-instance-namespaces=$monitoring
          - --config-reloader-cpu-request=0
          - --config-reloader-cpu-limit=0
      - {op: remove, path: /spec/template/spec/containers/0/resources}
YAML
  cluster create namespace "$monitoring"
  cluster label namespace "$monitoring" pod-security.kubernetes.io/enforce=restricted
  cluster apply -k "$dir"
}

# A Prometheus as somebody might have it, following what has a label, the kubelet as well; what it raises goes to an Alertmanager,
# and from there to the address. Its volume is of the kind local: of those, unlike the sandbox's, a kubelet has statistics.
somebodys_prometheus() {
  mkdir -p "$logs/volume"
  sed "s|MONITORING|$monitoring|; s|PLATFORM|$namespace|; s|VOLUME|$logs/volume|; s|NODE|$(cluster get nodes -o jsonpath='{.items[0].metadata.name}')|; s|RECEIVER|$1|
    s|PROMETHEUS_IMAGE|$(part prometheus $prometheus_version)|; s|PROMETHEUS_VERSION|v$prometheus_version|
    s|ALERTMANAGER_IMAGE|$(part alertmanager $alertmanager_version)|; s|ALERTMANAGER_VERSION|v$alertmanager_version|" hack/e2e/operator.yaml |
    cluster apply -f -
}

# receiver_up starts whoever is called, on this machine, where pods of the sandbox's node reach it as they reach everything else.
# Sets receiver (its process) and called (its address). What arrives is in $logs/alerts.json, an alert a line.
receiver_up() {
  local port
  port=$(free_port)
  : >"$logs/alerts.json"
  # The limit is for a phase that ends where nothing can end it.
  timeout 1800 python3 hack/e2e/receiver.py "$port" "$logs/alerts.json" &
  receiver=$!
  called=http://$(own_address):$port/
}

# alerted SECONDS ALERT STATUS LINE waits until Alertmanager has called with it, and shows what it said. Whoever is called finds the
# page of this alert.
alerted() {
  python3 -c '
import json, pathlib, sys, time
file, seconds, alert, status, line = sys.argv[1:]
until = time.monotonic() + int(seconds)
while True:
    came = [json.loads(l) for l in open(file)]
    mine = [c for c in came if (c["labels"]["alertname"], c["status"], c["labels"].get("line")) == (alert, status, line)]
    if mine:
        break
    assert time.monotonic() < until, f"nobody was called about {alert} of {line}, {status}; what came: {came}"
    time.sleep(1)
print(json.dumps(mine[-1], indent=1))
page = mine[-1]["annotations"]["runbook_url"]
assert page == f"https://github.com/sparkwiz/sparkwiz/blob/main/docs/runbooks/{alert}.md", page
assert pathlib.Path(f"docs/runbooks/{alert}.md").stat().st_size' "$logs/alerts.json" "$@"
}

# asked PATH gets an answer of Prometheus, at the address of its pod: those are routed from this machine.
asked() { curl -fsS "$prometheus/api/v1/$1"; }

# operator_down takes away what the functions above have made, whatever there is of it.
operator_down() {
  # shellcheck disable=SC2086 # Nothing, if it was not started.
  kill ${receiver:-} 2>/dev/null || true
  cluster delete namespace "$monitoring" --ignore-not-found --timeout=120s
  cluster delete clusterrole,clusterrolebinding "prometheus-operator-$namespace" "prometheus-$namespace" --ignore-not-found
  cluster delete persistentvolume,storageclass "$monitoring" --ignore-not-found --timeout=60s
  rm -rf "$logs/volume"
}
