#!/usr/bin/env bash
# go test -race in every module. Packages without tests are left out: compiling Kubernetes once more for the race
# detector takes longer than all tests together.
source "$(dirname "$0")/lib.sh"

status=0
for dir in $(modules); do
  mapfile -t packages < <(cd "$dir" && go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...)
  [ "${#packages[@]}" -gt 0 ] || continue
  (cd "$dir" && go test -race "$@" "${packages[@]}") || status=1
done
exit "$status"
