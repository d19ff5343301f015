#!/usr/bin/env bash
# Rewrites the golden files of every package whose tests have an -update flag.
source "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2016 # $dir is a variable of the template.
tests='{{$dir := .Dir}}{{range .TestGoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}'
for module in $(modules); do
  (
    cd "$module"
    go list -f "$tests" ./... | sed '/^$/d' | xargs -r grep -lE 'flag\.Bool\("update"|x/exp/golden"' | xargs -r -n 1 dirname |
      sort -u | xargs -r -I {} go test {} -update
  )
done
git status --short -- '*/testdata/*'
