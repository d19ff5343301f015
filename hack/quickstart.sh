#!/usr/bin/env bash
# From a bare machine to a Spark query: sees that what is needed is here, builds sparkwiz, and hands over to
# `sparkwiz quickstart`, which builds the rest while you answer. Arguments are passed on.
source "$(dirname "$0")/lib.sh"

stop() {
  printf '%s\n' "error: $1" >&2
  [ -z "${2:-}" ] || printf '%s\n' "  try: $2" >&2
  exit 1
}

# A cluster that was named is used; nothing is built for it and nothing installed here.
own_cluster() {
  [ -n "${KUBECONFIG:-}" ] && return 0
  local arg
  for arg in "$@"; do
    case $arg in --context | --context=* | --kubeconfig | --kubeconfig=*) return 0 ;; esac
  done
  return 1
}

command -v go >/dev/null || stop "Go is not here, and sparkwiz is built from source" "https://go.dev/dl, version 1.26 or newer"
want=$(awk '$1 == "go" { print $2 }' go.mod)
have=$(go env GOVERSION)
[ "$(printf '%s\n' "$want" "${have#go}" | sort -V | head -n 1)" = "$want" ] || stop "Go is ${have#go}; sparkwiz needs $want" "https://go.dev/dl"

if ! own_cluster "$@"; then
  [ "$(uname -s)" = Linux ] || stop "the sandbox runs on Linux only" "make quickstart ARGS='--context NAME', with a cluster of yours"
  if [ "$(id -u)" -ne 0 ]; then
    # The sandbox's node mounts, routes and starts containers. All of the quick start runs as root, so that what is
    # built and kept has one owner.
    command -v sudo >/dev/null || stop "the sandbox needs root, and there is no sudo" "run it as root, or: make quickstart ARGS='--context NAME', with a cluster of yours"
    echo "The sandbox needs root: going on with sudo. To use a cluster of yours instead: make quickstart ARGS='--context NAME'" >&2
    exec sudo env "PATH=$PATH" "GOPROXY=$(go env GOPROXY)" "GOTOOLCHAIN=$(go env GOTOOLCHAIN)" "TERM=${TERM:-dumb}" "$0" "$@"
  fi
  missing=$(hack/packages.sh)
  if [ -n "$missing" ]; then
    mapfile -t packages < <(cut -f 1 <<<"$missing")
    echo "A cluster on this machine needs these packages, which will be installed from your distribution:" >&2
    printf '%s\n' "$missing" | awk -F '\t' '{ printf "  %-28s %s\n", $1, $2 }' >&2
    command -v apt-get >/dev/null || stop "this is not Debian or a relative of it" "install what corresponds to: ${packages[*]}"
    if [ -t 0 ] && [ -t 2 ]; then
      read -rp "Enter installs them, Ctrl-C stops here. " _
    fi
    log=$(mktemp)
    echo "Installing ${#packages[@]} packages (about a minute) …" >&2
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 </dev/null; then
      tail -n 20 "$log" >&2
      stop "the packages could not be installed; the whole output is in $log" "apt-get update && apt-get install ${packages[*]}"
    fi
    rm -f "$log"
  fi
fi

if [ ! -x bin/sparkwiz ]; then
  echo "Building sparkwiz (up to 4 minutes the first time, seconds afterwards) …" >&2
fi
make --no-print-directory build
exec bin/sparkwiz quickstart "$@"
