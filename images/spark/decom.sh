#!/bin/bash
# The preStop hook that Spark gives its executors when decommissioning is on: tells the executor to hand its blocks
# over, and holds the pod until it has gone. Kubernetes ends the wait after the grace period.
set -euo pipefail

# A hook's output is lost; process 1 has the container's log.
say() { echo "decommission: $*" >/proc/1/fd/1; }

pid=$(pgrep --oldest --full 'java .*KubernetesExecutorBackend') || {
	say "no executor is running"
	exit 0
}
say "asking executor process $pid to hand over its blocks"
kill -s PWR "$pid"
tail --pid="$pid" --follow /dev/null
say "executor process $pid has gone"
