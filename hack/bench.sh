#!/usr/bin/env bash
# Measures sparkwiz beside Helm's own command line and writes docs/performance.md. The cluster is a sandbox with simulated
# nodes of its own, taken down again.
source "$(dirname "$0")/lib.sh"

helm=$(hack/tool.sh helm)
XDG_STATE_HOME=$(mktemp -d)
export XDG_STATE_HOME
down() {
  bin/sparkwiz-sandbox down && rm -rf "$XDG_STATE_HOME"
}
trap down EXIT
bin/sparkwiz-sandbox up --nodes simulated --port 0
go build -o bin/bench ./bench
bin/bench -helm "$helm" -kubeconfig "$XDG_STATE_HOME/sparkwiz/sandbox/kubeconfig" "$@"
