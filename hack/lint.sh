#!/usr/bin/env bash
# golangci-lint on every module, shellcheck on every script. All of them run; the status says whether one complained.
source "$(dirname "$0")/lib.sh"

lint=$(hack/tool.sh golangci-lint)
status=0
for dir in $(modules); do
  # Three kinds of package are a few lines around other people's main functions: Kubernetes', the stand-ins' and the
  # collector's. To lint them is to analyse all of Kubernetes, so they are compiled and formatted only.
  mapfile -t packages < <(cd "$dir" && go list -e -f '{{.Dir}}' ./... | grep -v -e '/sparkwiz-sandbox-kube$' -e '/stand-ins/' -e '/hack/otelcol$')
  [ "${#packages[@]}" -gt 0 ] || continue
  (cd "$dir" && "$lint" run --config "$root/.golangci.yml" "${packages[@]}") || status=1
done

shellcheck=$(hack/venv.sh checkers)/bin/shellcheck
mapfile -t scripts < <(grep -rlE --exclude-dir=.git --exclude-dir=bin --exclude-dir=.e2e '^#!.*\b(ba)?sh$' . ; echo hack/lib.sh)
"$shellcheck" --external-sources --source-path=SCRIPTDIR "${scripts[@]}" || status=1

# The workflows, and the scripts in them.
PATH=${shellcheck%/*}:$PATH "$(hack/tool.sh actionlint)" || status=1
exit "$status"
