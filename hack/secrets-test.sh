#!/usr/bin/env bash
# Secret providers against a real API server with simulated nodes: every provider's objects with the upstream CRDs, the real
# Sealed Secrets controller, and a whole run in which no value may be seen. Arguments go to go test, as in:
# hack/secrets-test.sh -run Sealed
source "$(dirname "$0")/lib.sh"
suite=secrets logs=$root/.check/secrets tail_lines=80 began=${EPOCHREALTIME/[.,]/}
export GOFLAGS=-buildvcs=false
external=github.com/external-secrets/external-secrets@v1.3.2
state=$(mktemp -d)
rm -rf "$logs"

leave() {
  bin/sparkwiz-sandbox down --name=secrets-test --state-dir="$state" >/dev/null 2>&1 || true
  rm -rf "$state"
}
trap leave EXIT
trap 'exit 143' TERM INT HUP

build() {
  make --no-print-directory build
  [ -x bin/sparkwiz-sandbox ] || sandbox/build.sh bin
  hack/part.sh sealed-secrets
}

sandbox_up() {
  bin/sparkwiz-sandbox up --nodes=simulated --port=0 --name=secrets-test --state-dir="$state"
}

tests() {
  SPARKWIZ_BIN=$root/bin/sparkwiz SPARKWIZ_TEST_KUBECONFIG=$state/kubeconfig SPARKWIZ_TEST_CONTEXT=sparkwiz-sandbox-secrets-test \
    SEALED_CONTROLLER=$(hack/part.sh sealed-secrets) EXTERNAL_SECRETS=$(module_files "$external") SEALED_SECRETS=$(hack/part.sh --files sealed-secrets) \
    go test -count=1 -v -timeout 15m "$@" ./test/secrets
}

phase build build
phase sandbox-up sandbox_up
phase providers tests "$@"
printf 'ok  \tsecrets\t%s\n' "$(since "$began")"
