# Office hours, kept by a real KEDA, and a real metrics-server beside it. Sourced by hack/e2e.sh.
#
# Both are pods of the sandbox's node, built from their modules, with the manifests and the chart of those modules. The platform is
# left outside its office hours, with its Connect servers down: the next phase uninstalls it so. What this one has installed,
# scaling_away takes away.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

keda_version=2.21.0 metrics_server_version=0.9.0

# The images of both. Images that hold one program have no time zones; Go reads those that its own distribution carries.
scaling_images() {
  local name reference files program archive archives=()
  while read -r name reference files; do
    program=$(hack/part.sh "$name") # Of its own, for a program that was not built ends the phase only in an assignment.
    archive=$(hack/part-image.sh "$reference" "$program" ${files:+"$files"})
    archives+=("$archive")
  done <<WHICH
keda-operator ghcr.io/kedacore/keda:$keda_version $(cd / && go env GOROOT)/lib/time/zoneinfo.zip
keda-adapter ghcr.io/kedacore/keda-metrics-apiserver:$keda_version
keda-webhooks ghcr.io/kedacore/keda-admission-webhooks:$keda_version
metrics-server registry.k8s.io/metrics-server/metrics-server:v$metrics_server_version
WHICH
  bin/sparkwiz sandbox load "${archives[@]}"
}

# keda_manifests writes what KEDA's own kustomization makes. Other than there: the programs' places, requests and waiting times for a
# small node, and a webhook without whose consent nothing is accepted.
keda_manifests() {
  local dir=$logs/keda
  mkdir -p "$dir"
  cat >"$dir/kustomization.yaml" <<YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: ["$(realpath --relative-to="$dir" "$(hack/part.sh --files keda-operator)/config/default")"]
images:
  - {name: ghcr.io/kedacore/keda, newTag: "$keda_version"}
  - {name: ghcr.io/kedacore/keda-metrics-apiserver, newTag: "$keda_version"}
  - {name: ghcr.io/kedacore/keda-admission-webhooks, newTag: "$keda_version"}
patches:
  - target: {kind: Deployment}
    patch: |
      - {op: replace, path: /spec/template/spec/containers/0/imagePullPolicy, value: IfNotPresent}
      - {op: replace, path: /spec/template/spec/containers/0/command, value: [/program]}
      - {op: replace, path: /spec/template/spec/containers/0/resources/requests/cpu, value: 10m}
      - {op: replace, path: /spec/template/spec/containers/0/readinessProbe/initialDelaySeconds, value: 2}
  - target: {kind: Deployment, name: keda-operator}
    patch: |
      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: ZONEINFO, value: /zoneinfo.zip}}
  - target: {kind: ValidatingWebhookConfiguration}
    patch: |
      - {op: replace, path: /webhooks/0/failurePolicy, value: Fail}
YAML
  cluster kustomize "$dir" >"$dir/keda.yaml"
}

# metrics_server_up installs its chart. The kubelet's certificate is of the cluster's authority, so nothing has to be taken on trust.
metrics_server_up() {
  "$(hack/tool.sh helm)" install metrics-server "$(hack/part.sh --files metrics-server)/charts/metrics-server" \
    --kubeconfig "$kubeconfig" --namespace "$namespace-metrics" --create-namespace \
    --set "image.tag=v$metrics_server_version" --set apiService.insecureSkipTLSVerify=false --set tls.type=helm \
    --set 'args={--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt}' \
    --set resources.requests.cpu=10m --set readinessProbe.initialDelaySeconds=2
}

# scaling_away takes away what was installed, after the platform: KEDA has to let go of what it scales.
scaling_away() {
  [ -e "$logs/scaling-installed" ] || return 0
  "$(hack/tool.sh helm)" uninstall metrics-server --kubeconfig "$kubeconfig" --namespace "$namespace-metrics" --ignore-not-found
  cluster delete namespace "$namespace-metrics" --ignore-not-found --timeout=60s
  cluster delete -f "$logs/keda/keda.yaml" --ignore-not-found --timeout=120s
  rm "$logs/scaling-installed"
  cluster get crds,apiservices,clusterroles,clusterrolebindings,validatingwebhookconfigurations,namespaces -o name >"$logs/scaling-left"
  if grep -E 'keda|[/.]metrics\.k8s\.io|metrics-server' "$logs/scaling-left"; then return 1; fi
}

# minute SECONDS is the next full minute that is as far away at least.
minute() { echo $((($(date +%s) + $1 + 59) / 60 * 60)); }

# hours START END sets kept: answers with office hours from one time to another. They are Tokyo's, which has no summer time, so that
# this needs no list of zones.
hours() {
  line() { date -u -d "@$(($1 + 9 * 3600))" '+%-M %-H * * *'; }
  kept=(--set scaling.officeHours=true --set scaling.timezone=Asia/Tokyo --set "scaling.start=$(line "$1")" --set "scaling.end=$(line "$2")")
}

# servers COMMAND… asks for the Connect servers' Deployments.
servers() { cluster -n "$namespace" "$@" deployments -l app.kubernetes.io/name=spark-connect; }

# servers_are REPLICAS SECONDS waits until every Connect server has as many, and says when that was.
servers_are() {
  local is
  for _ in $(seq "$2"); do
    is=$(servers get -o jsonpath='{.items[*].spec.replicas}')
    if [[ $is =~ ^$1(\ $1)*$ ]]; then
      echo "$(date +%T) the Connect servers are at $1"
      return 0
    fi
    sleep 1
  done
  echo "the Connect servers are at $is after $2 s, not at $1"
  cluster -n "$namespace" describe scaledobjects
  cluster -n keda logs deployment/keda-operator --tail=30
  return 1
}

# named LENGTH asks whether a ScaledObject of so long a name would be accepted.
named() {
  cluster -n "$namespace" apply --dry-run=server -f - <<YAML
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: $(printf "x%.0s" $(seq "$1"))}
spec:
  scaleTargetRef: {name: nothing}
  triggers: [{type: cron, metadata: {timezone: UTC, start: 0 8 * * *, end: 0 9 * * *, desiredReplicas: "1"}}]
YAML
}

# What the API server gets through its aggregation layer: usage of the node, and of every pod of the platform.
metrics_server_answers() {
  local pods pod
  cluster wait --for=condition=Available apiservice/v1beta1.metrics.k8s.io --timeout=90s
  pods=$(cluster -n "$namespace" get pods --field-selector=status.phase=Running -o jsonpath='{.items[*].metadata.name}')
  for _ in $(seq 60); do # It looks at the node every 15 seconds.
    cluster top nodes && cluster -n "$namespace" top pods | tee "$logs/top" && [ "$(wc -l <"$logs/top")" -gt "$(wc -w <<<"$pods")" ] && break
    sleep 1
  done
  for pod in $pods; do grep "^$pod " "$logs/top"; done
}

scaling_platform() {
  local present start
  present=$(cluster get crds,apiservices -o name | grep -E '/scaledobjects\.keda\.sh$|/v1beta1\.(external\.)?metrics\.k8s\.io$' || true)
  if [ -n "$present" ]; then
    echo "somebody has it in this cluster already:" "$present"
    return "$unknown"
  fi
  scaling_images
  keda_manifests
  touch "$logs/scaling-installed"
  cluster apply --server-side -f "$logs/keda/keda.yaml" >/dev/null
  metrics_server_up
  cluster -n keda wait --for=condition=Available deployments --all --timeout=150s
  cluster wait --for=condition=Available apiservice/v1beta1.external.metrics.k8s.io --timeout=60s
  # KEDA's webhook judges, as soon as the operator has given it a certificate: the definition knows nothing of names.
  for _ in $(seq 60); do
    named 8 2>"$logs/refused" && break
    sleep 1
  done
  named 8
  if named 64 2>"$logs/refused"; then return 1; fi
  cat "$logs/refused"
  grep -q 'admission webhook "vscaledobject.kb.io" denied the request: scaledobject name .* is 64 characters long' "$logs/refused"

  # Outside the hours. The minute leaves time for what is done until then.
  start=$(minute 75)
  hours "$start" "$((start + 1800))"
  answers+=("${kept[@]}")
  bin/sparkwiz plan "${answers[@]}" | tee "$logs/plan"
  grep 'KEDA is here already: used, not installed' "$logs/plan"
  bin/sparkwiz apply "${answers[@]}" --yes
  servers_are 0 30
  bin/sparkwiz status "${answers[@]}" | tee "$logs/status"
  [ "$(grep -c 'in sync .* is down outside office hours, until .* (Asia/Tokyo)' "$logs/status")" = "$(servers get -o name | wc -l)" ]
  [ "$(grep -vc 'in sync' "$logs/status")" = 0 ]
  refused 1 'nothing was tried: the Connect server of' verify "${answers[@]}"
  apply_again
  servers_are 0 1
  [ "$(date +%s)" -lt "$start" ] || {
    echo "it took so long that office hours began at $(date -d "@$start" +%T)"
    return 1
  }

  # In them.
  metrics_server_answers
  servers_are 1 150
  [ "$(date +%s)" -ge "$start" ]
  servers wait --for=condition=Available --timeout=150s
  cluster -n "$namespace" wait --for=condition=ScalingActive hpa --all --timeout=60s # Told by KEDA's adapter, through the API server.
  cluster -n "$namespace" get scaledobjects,hpa
  query_from_here
  apply_again

  # They end earlier than was said. KEDA looks twice a minute.
  hours "$start" "$(minute 15)"
  answers+=("${kept[@]}")
  bin/sparkwiz apply "${answers[@]}" --yes
  servers_are 1 1
  servers_are 0 120
  bin/sparkwiz status "${answers[@]}"
  timeout 10 bin/sparkwiz access "${answers[@]}" --any-port >"$logs/doors" 2>&1 || true # It serves until it is ended.
  cat "$logs/doors"
  grep -q '^the Connect server of Spark 3.5 and of Spark 4.1 is down outside office hours, until .*; its address answers then' "$logs/doors"
}
