#!/usr/bin/env bash
# Formats every Go file. With --diff it changes nothing, prints what it would change and fails if there is any.
source "$(dirname "$0")/lib.sh"

lint=$(hack/tool.sh golangci-lint)
for dir in $(modules); do
  (cd "$dir" && "$lint" fmt --config "$root/.golangci.yml" "$@")
done
