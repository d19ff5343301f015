#!/usr/bin/env bash
# govulncheck on every module: known vulnerabilities in code that is really called. The database is on the network. Where it
# cannot be reached nothing is known, and the status is 75: that is neither found nor fine.
source "$(dirname "$0")/lib.sh"

govulncheck=$(hack/tool.sh govulncheck)
# The smallest package there is tells whether the database answers, in two seconds.
if ! why=$("$govulncheck" ./internal/fault 2>&1) && grep -q 'fetching vulnerabilities' <<<"$why"; then
  echo "whether a dependency is vulnerable is unknown: ${why##*: Get }"
  exit "$unknown"
fi
status=0
for dir in $(modules); do
  (cd "$dir" && "$govulncheck" ./...) || status=1
done
exit "$status"
