#!/usr/bin/env bash
# Measures how fast event logs are read, beside Spark's History Server and beside what no reader can beat, and writes that part
# of docs/performance.md. LOGS are real event logs to take lines from, separated by commas; SPARK is a distribution of Spark.
source "$(dirname "$0")/lib.sh"

if [[ -z ${LOGS:-} ]]; then
  echo "set LOGS to real event logs, separated by commas: LOGS=/logs/app-1,/logs/app-2.zstd make bench-eventlog" >&2
  exit 2
fi
go build -o bin/bench-eventlog ./bench/eventlog
bin/bench-eventlog -from "$LOGS" -spark "${SPARK:-}" "$@"
