# Secrets in containers that run: those made in the cluster, and those that come out of a file for git through the real Sealed
# Secrets controller. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# in_pods NAMESPACE [SECRET/KEY=SHA256…]
in_pods() {
  local where=$1
  shift
  python3 hack/e2e/inpods.py bin/sparkwiz-sandbox-kube kubectl --kubeconfig "$kubeconfig" -n "$where" -- "$@"
}

# The platform that runs has the passwords and tokens that were made for it in the cluster.
generated_platform() {
  in_pods "$namespace"
}

# The controller as its makers' chart installs it, in the version whose sources can be had.
sealed_controller() {
  local version image
  version=$(sed -n 's/^sealed-secrets .*@v\([0-9.]*\) .*/\1/p' hack/parts/programs.txt)
  image=$(hack/part-image.sh "docker.io/bitnami/sealed-secrets-controller:$version" "$(hack/part.sh sealed-secrets)")
  bin/sparkwiz sandbox load "$image"
  "$(hack/tool.sh helm)" --kubeconfig "$kubeconfig" install sealed-secrets "$(hack/part.sh --files sealed-secrets)/helm/sealed-secrets" \
    --namespace sealed-secrets --create-namespace --wait --timeout 2m \
    --set "fullnameOverride=sealed-secrets-controller,image.tag=$version,command={/program}"
}

# sealed_gone takes away what the phase has made, however it ends. The chart leaves its definition, as charts do.
sealed_gone() {
  local status=$?
  bin/sparkwiz uninstall "${sealed[@]}" --confirm=sealed --purge || true
  "$(hack/tool.sh helm)" --kubeconfig "$kubeconfig" uninstall sealed-secrets --namespace sealed-secrets --ignore-not-found
  cluster delete namespace sealed-secrets "$namespace-sealed" --ignore-not-found --timeout=60s
  cluster delete crd sealedsecrets.bitnami.com --ignore-not-found --timeout=60s
  exit "$status"
}

# typed LINE… answers what `secrets seal` asks for, in the order of the plan: a canary for what is named here, Enter for the rest.
typed() {
  local line name
  while read -r line; do
    name=${line%% *}
    printf '%s\n' "${canaries[$name]:-}"
  done < <(bin/sparkwiz secrets "${sealed[@]}" -o text | grep -E '^[a-z0-9-]+/[a-z-]+ ')
}

sealed_platform() {
  local known name before after old
  if [ -n "$(cluster get crd sealedsecrets.bitnami.com --ignore-not-found -o name)" ]; then
    echo "somebody's Sealed Secrets is here already" >&2
    return 1
  fi
  declare -A canaries=([object-store-credentials/access-key]="canary-access-$$" [object-store-credentials/secret-key]="canary-secret-$$")
  rm -rf "$logs/sealed"
  mkdir -p "$logs/sealed"
  sealed=(--preset quickstart --workspace "$logs/sealed" --context sparkwiz-sandbox --set "namespace=$namespace-sealed" --set name=sealed
    --set iceberg.enabled=false --set spark.history=false
    --set secrets.provider=sealed-secrets)
  trap sealed_gone EXIT
  sealed_controller

  typed | bin/sparkwiz secrets seal "${sealed[@]}"
  bin/sparkwiz secrets check "${sealed[@]}"
  bin/sparkwiz apply "${sealed[@]}" --yes
  known=()
  for name in "${!canaries[@]}"; do known+=("$name=$(printf '%s' "${canaries[$name]}" | sha256sum | cut -d ' ' -f 1)"); done
  in_pods "$namespace-sealed" "${known[@]}"

  # Another value for the token: the server that runs afterwards has it.
  token() { cluster -n "$namespace-sealed" exec deployment/spark-41-connect -c spark-connect -- printenv SPARK_CONNECT_AUTHENTICATE_TOKEN | sha256sum; }
  before=$(token)
  echo | bin/sparkwiz secrets rotate spark-connect/token "${sealed[@]}" --yes
  after=$(token)
  [ "$before" != "$after" ]
  in_pods "$namespace-sealed" "${known[@]}"

  # Neither the file for git nor anything that was said has a value.
  cp "$logs/sealed.log" "$logs/sealed/said"
  grep -q 'values are sealed in' "$logs/sealed/said" # What is searched is what was said.
  for name in "${!canaries[@]}"; do
    if grep -rnF "${canaries[$name]}" "$logs/sealed"; then return 1; fi
  done
}
