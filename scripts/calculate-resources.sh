#!/usr/bin/env bash
# How many executors a job needs and what it costs; a short way to `sparkwiz size`, which takes the same flags:
#
#   scripts/calculate-resources.sh --dataset-size 1TB --transformations join,aggregate --target-duration 15m
#
# SPARKWIZ names the program; otherwise it is the one that was built here, or the one on PATH.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${SPARKWIZ:-$root/bin/sparkwiz}
if [[ -z ${SPARKWIZ:-} && ! -x $program ]]; then
  program=$(command -v sparkwiz) || {
    echo "sparkwiz is not built; try: make -C $root build" >&2
    exit 1
  }
fi
exec "$program" size "$@"
