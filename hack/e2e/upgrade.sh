# From one patch release to the next while the other line runs and somebody works. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

older=4.1.0

# doors serves the platform's addresses on this machine until the phase ends, and waits for one of them.
doors() {
  local wanted=$1
  bin/sparkwiz access "${answers[@]}" --any-port >"$logs/doors" &
  forward=$! # Not local: the trap runs when the function is gone.
  trap 'kill "$forward" ${session:+"$session"} 2>/dev/null' EXIT
  for _ in $(seq 150); do
    grep -q "$wanted" "$logs/doors" && break
    sleep 0.2
  done
  cat "$logs/doors"
}

# address TITLE prints host:port of a door.
address() { grep "^$1 " "$logs/doors" | grep -o 'localhost:[0-9]*'; }

# remote is SPARK_REMOTE for Spark 4.1. As a user would: the token goes into the environment, never onto a command line.
remote() { echo "sc://$(address 'Spark Connect 4.1')/;token=$(bin/sparkwiz secrets show spark-connect/token "${answers[@]}")"; }

# jobs ADDRESS APPLICATION prints how many jobs are known of it there.
jobs() { curl -fsS "http://$1/api/v1/applications/$2/jobs" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }

# Somebody has a session open on 4.1.0 while 4.1.4 is applied. They are told; the other line is not touched; the event log of
# the server that goes ends whole.
upgrade_platform() {
  local application before older_line after
  doors '^History Server'
  : >"$logs/session"
  SPARK_REMOTE=$(remote) "$(hack/venv.sh client)/bin/python" hack/e2e/session.py >"$logs/session" &
  session=$!
  for _ in $(seq 600); do
    application=$(cat "$logs/session")
    [ -z "$application" ] || break
    sleep 0.2
  done
  before=$(jobs "$(address 'Spark 4.1 UI')" "$application")
  older_line=$(curl -fsS "http://$(address 'Spark 3.5 UI')/api/v1/applications" | grep -o '"id" : "[^"]*"')
  [ "$before" -gt 0 ]

  # The preset says 4.1.4, which is later than what was asked for at first.
  answers=("${answers[@]/spark-41.version=$older/spark-41.version=4.1.4}")
  bin/sparkwiz apply "${answers[@]}" --yes 2>&1 | tee "$logs/upgrade"
  grep -q 'replaces the Connect server of spark-41: one session is open there and ends' "$logs/upgrade"
  grep -E 'Spark 3.5: unchanged' "$logs/upgrade"

  for _ in $(seq 60); do
    after=$(jobs "$(address 'History Server')" "$application" || echo none)
    [ "$after" != "$before" ] || break
    sleep 1
  done
  echo "jobs of $application: $before before the upgrade, $after in the History Server after it"
  [ "$after" = "$before" ]
  curl -fsS "http://$(address 'History Server')/api/v1/applications/$application" | grep -q '"completed" : true'
  [ "$(curl -fsS "http://$(address 'Spark 3.5 UI')/api/v1/applications" | grep -o '"id" : "[^"]*"')" = "$older_line" ]
}
