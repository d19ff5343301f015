# Sourced by the scripts beside it: where things are, and how a phase of work is shown.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sparkwiz
unknown=75 # The status of a check that could not look: EX_TEMPFAIL of sysexits.h.
export root cache unknown
cd "$root"

# since MICROSECONDS prints the seconds that have gone by since then.
since() {
  local took=$((${EPOCHREALTIME/[.,]/} - $1))
  printf '%d.%03ds' $((took / 1000000)) $((took / 1000 % 1000))
}

# phase NAME COMMAND… runs the command with its output in $logs/NAME.log and prints one line in the format of go test,
# so that whatever reads go test reads this too. A failure shows the end of the log. With keep_going set, failures are
# counted in $failures and the script goes on; otherwise the phase's status ends it (errexit). A check that could not look
# is neither: it is shown as such, with the reason, and counted in $unlooked. What the last line of a phase says behind
# "note: " is shown beside its time, as go test shows such things.
# Never call it in a condition: bash would switch errexit off inside the phase.
failures=0 unlooked=0
phase() {
  local name=$1 began=${EPOCHREALTIME/[.,]/} status=0 note
  shift
  mkdir -p "${logs:?}"
  set +e
  (
    set -e
    "$@"
  ) >"$logs/$name.log" 2>&1
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    note=$(sed -n '$s/^note: //p' "$logs/$name.log")
    printf 'ok  \t%s/%s\t%s%s\n' "${suite:?}" "$name" "$(since "$began")" "${note:+$'\t'[$note]}"
    return 0
  fi
  if [ "$status" -eq "$unknown" ]; then
    printf '?   \t%s/%s\t[%s]\n' "${suite:?}" "$name" "$(tail -n 1 "$logs/$name.log")"
    unlooked=$((unlooked + 1))
    return 0
  fi
  printf '%s\n' "--- $suite/$name: the end of $logs/$name.log" >&2
  tail -n "${tail_lines:-60}" "$logs/$name.log" >&2
  printf 'FAIL\t%s/%s\t%s\n' "$suite" "$name" "$(since "$began")"
  failures=$((failures + 1))
  if [ -n "${keep_going:-}" ]; then return 0; fi
  return "$status"
}

# module_files MODULE@VERSION prints where the files of somebody else's module are; nothing of it is compiled.
module_files() {
  (cd / && GOFLAGS=-mod=mod go mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'
}

# modules prints the directory of every Go module of the repository.
modules() {
  find . -name go.mod -not -path '*/.*/*' -printf '%h\n' | sort
}
