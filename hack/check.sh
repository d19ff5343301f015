#!/usr/bin/env bash
# Everything that must hold, in the order in which it fails fastest. The checks that need no cluster all run, so that one
# round shows every fault; the real platform is only tried when they hold. Quiet but for one line per phase and go test's.
source "$(dirname "$0")/lib.sh"
suite=check logs=$root/.check keep_going=yes
began=${EPOCHREALTIME/[.,]/}
rm -rf "$logs"

stop_on_failure() {
  if [ "$failures" -gt 0 ]; then
    printf 'FAIL\tcheck\t%s\n' "$(since "$began")"
    exit 1
  fi
}

docs_unchanged() {
  local fresh
  fresh=$(mktemp -d)
  bin/sparkwiz docs "$fresh"
  diff -u docs/questions.md "$fresh/questions.md"
  diff -u docs/network.md "$fresh/network.md"
  diff -u docs/compatibility.md "$fresh/compatibility.md"
  diff -ru docs/cli "$fresh/cli"
  rm -r "$fresh"
}

# Programs of others that the real platform runs take minutes where none is in the cache. They are built beside the tests, behind
# everything else; a phase that needs one waits for it.
mkdir -p "$logs"
set -m # A group of their own, so that compilers end with the run.
nice -n 19 hack/part.sh --all >"$logs/parts.log" 2>&1 &
parts=$!
set +m
trap 'kill -- "-$parts" 2>/dev/null || true' EXIT

phase build make --no-print-directory build
phase fmt hack/fmt.sh --diff
phase sandbox make --no-print-directory sandbox
stop_on_failure
phase lint hack/lint.sh
phase docs docs_unchanged # When it fails: make docs, and commit what changed.
phase secrets hack/secrets.sh
phase vulnerabilities hack/vulns.sh
phase charts hack/charts.sh
phase images make --no-print-directory images # Before the tests, some of which look at them and skip where there are none.
hack/test.sh -timeout 20m || failures=$((failures + 1)) # Not a phase: its lines are go test's own.
hack/secrets-test.sh || failures=$((failures + 1)) # Providers against a real API server, with the real Sealed Secrets controller.
hack/data-test.sh || failures=$((failures + 1)) # pytest: DAGs, suites, backfill and examples with a Spark on this machine.
stop_on_failure
hack/e2e.sh || failures=$((failures + 1))
stop_on_failure
verdict=
[ "$unlooked" -eq 0 ] || verdict=" ($unlooked not looked at)"
printf 'ok  \tcheck\t%s%s\n' "$(since "$began")" "$verdict"
