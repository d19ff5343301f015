# The cluster of the end-to-end test. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# cluster ARGUMENT… is the sandbox's own kubectl, with its cluster and no other.
cluster() { bin/sparkwiz-sandbox-kube kubectl --kubeconfig "$kubeconfig" "$@"; }

# free_port prints a port that nobody has.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }

# own_address prints an address of this machine that is not the loopback: pods of the sandbox's node reach it as they reach
# everything else.
own_address() { hostname -I | awk '{ print $1 }'; }

real_node_runs() {
  bin/sparkwiz-sandbox status 2>/dev/null | grep -q '(real nodes)'
}

# enter decides whose cluster it is. It is no phase, because it sets what the others use.
enter() {
  borrowed=
  if real_node_runs; then
    borrowed=yes
    echo "e2e: a sandbox with a real node is up already: it is used, in namespace $namespace, and stays up"
  else
    export XDG_STATE_HOME=$root/.e2e/state
  fi
  kubeconfig=${XDG_STATE_HOME:-$HOME/.local/state}/sparkwiz/sandbox/kubeconfig
  unset KUBECONFIG # Nobody else's cluster is in reach from here on.
}

# Any free port: the usual one may belong to somebody's sandbox with simulated nodes.
sandbox_up() {
  [ -n "$borrowed" ] || bin/sparkwiz sandbox up --nodes real --port 0
}

# Starting what is started is no error and changes nothing.
sandbox_up_again() {
  [ -z "$borrowed" ] || return 0
  local before after
  before=$(sha256sum "$kubeconfig")
  bin/sparkwiz sandbox up --nodes real --port 0
  after=$(sha256sum "$kubeconfig")
  [ "$before" = "$after" ]
}

# Besides the images of the platform, one that an upgrade begins with.
load_images() {
  local archives
  images/build.sh --only spark-4.1.0
  mapfile -t archives < <(images/build.sh --archives)
  archives+=("$cache/images/spark-4.1.0.tar")
  bin/sparkwiz sandbox load "${archives[@]}"
}

# leave takes away what this run made. It runs however the run ends.
leave() {
  local status=$?
  trap - EXIT
  if [ -n "${borrowed:-}" ]; then
    bin/sparkwiz uninstall "${answers[@]}" --confirm="$namespace" --purge >>"$logs/leave.log" 2>&1 || true
    scaling_away >>"$logs/leave.log" 2>&1 || true
  elif [ -d "$root/.e2e/state" ]; then
    # Without this the state directory must stay, or its mounts could never be found again.
    if phase sandbox-down bin/sparkwiz sandbox down; then rm -rf "$root/.e2e/state"; else status=1; fi
  fi
  if [ "$status" -eq 0 ]; then printf 'ok  \te2e\t%s\n' "$(since "$began")"; else printf 'FAIL\te2e\t%s\n' "$(since "$began")"; fi
  exit "$status"
}
