# Bad input: a clear error, the right exit code, nothing half-written. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# refused CODE TEXT ARGS… wants this exit code and this text on stderr, and nothing on stdout.
refused() {
  local code=$1 text=$2 status=0 out err
  shift 2
  err=$(mktemp)
  out=$(bin/sparkwiz "$@" 2>"$err") || status=$?
  echo "sparkwiz $*: exit $status"
  cat "$err"
  [ "$status" -eq "$code" ] || { echo "want exit $code"; return 1; }
  grep -qF -- "$text" "$err" || { echo "want the words: $text"; return 1; }
  [ -z "$out" ] || { echo "stdout is for data, and has: $out"; return 1; }
  rm "$err"
}

bad_input() {
  local empty unknown
  empty=$(mktemp) unknown=$(mktemp)
  echo 'apiVersion: v1
kind: Config' >"$empty"
  echo 'spark: {executor: {core: 2}}' >"$unknown"
  refused 2 'no context "nowhere"' apply "${answers[@]}" --yes --context nowhere
  refused 2 'has no context' apply "${answers[@]}" --yes --kubeconfig "$empty"
  refused 2 'did you mean "spark.executor.cores"' apply --no-input --yes -f "$unknown"
  refused 2 'missing answer: cluster.context' apply --no-input --yes -f /dev/null
  refused 2 'spark@4.1.4 and rapids@26.08.1 do not go together' apply "${answers[@]}" --yes --set gpu.enabled=true
  refused 2 'pass --yes' apply "${answers[@]}"
  rm "$empty" "$unknown"
  # None of them has written anything, the namespace included.
  [ -z "$(go run ./hack/leftovers "$kubeconfig" "$namespace")" ]
}

# A namespace that exists and is not ours is refused before the first write.
foreign_namespace() {
  refused 1 'kube-node-lease' apply "${answers[@]}" --yes --set namespace=kube-node-lease --set name=intruder
}

# An image that does not exist is named within a minute or so, and what was begun can be taken away again.
missing_image() {
  local other=$namespace-image
  local these=("${answers[@]}" --set "namespace=$other" --set "name=$other" --set iceberg.enabled=false --set images.registry=registry.invalid)
  local began=${EPOCHREALTIME/[.,]/}
  refused 6 'registry.invalid' apply "${these[@]}" --yes
  [ $((${EPOCHREALTIME/[.,]/} - began)) -le 90000000 ]
  bin/sparkwiz uninstall "${these[@]}" --confirm="$other" --purge
}
