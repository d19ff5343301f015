# What a user does with a platform. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

apply_platform() {
  bin/sparkwiz apply "${answers[@]}" --yes
}

# The rows must have been computed by executor pods, and time travel must have found two snapshots.
verify_platform() {
  bin/sparkwiz verify "${answers[@]}" -o json >"$logs/proof.json"
  cat "$logs/proof.json"
  grep -q '"executors"' "$logs/proof.json"
  grep -q '"snapshots"' "$logs/proof.json"
}

# A PySpark client of this machine, through forwarded ports, gets the rows that the client in the cluster got.
query_from_here() {
  local rows
  doors '^Spark Connect 4.1'
  rows=$(SPARK_REMOTE=$(remote) timeout 180 "$(hack/venv.sh client)/bin/python" examples/connect_from_host.py)
  echo "$rows"
  [ "$rows" = "0 20000 999950000
1 20000 999970000
2 20000 999990000
3 20000 1000010000
4 20000 1000030000" ]
}

# Nothing is written the second time: the revisions stay, and it takes seconds.
apply_again() {
  local began=${EPOCHREALTIME/[.,]/} took events
  events=$(bin/sparkwiz apply "${answers[@]}" --yes -o json)
  took=$((${EPOCHREALTIME/[.,]/} - began))
  echo "$events"
  echo "took $((took / 1000)) ms"
  [ "$took" -le 5000000 ]
  # The preflight only looks, so it is the one step that may be done rather than unchanged.
  if grep -v '"step":"preflight"' <<<"$events" | grep -E '"state":"(done|failed|skipped)"'; then return 1; fi
  grep -q '"state":"unchanged"' <<<"$events"
}

# What an uninstall leaves is what it says it leaves, and a purge leaves nothing at all.
uninstall_platform() {
  bin/sparkwiz uninstall "${answers[@]}" --confirm="$namespace" | tee "$logs/stays"
  within 60 unlisted
  bin/sparkwiz uninstall "${answers[@]}" --confirm="$namespace" --purge
  : >"$logs/stays"
  within 60 unlisted
}

# unlisted prints what is there and was not listed. A volume belongs to the claim that is.
unlisted() {
  go run ./hack/leftovers "$kubeconfig" "$namespace" >"$logs/left"
  while read -r object; do
    grep -qF "${object#*/}" "$logs/stays" || [[ $object == PersistentVolume/* && -s $logs/stays ]] || echo "$object"
  done <"$logs/left"
}

# within SECONDS COMMAND waits until the command prints nothing: what an owner has left goes in the background.
within() {
  local rest
  for _ in $(seq "$1"); do
    rest=$("$2")
    [ -n "$rest" ] || return 0
    sleep 1
  done
  echo "left after $1 seconds:"
  echo "$rest"
  return 1
}
