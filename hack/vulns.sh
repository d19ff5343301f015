#!/usr/bin/env bash
# govulncheck on every module: known vulnerabilities in code that is really called. What is known is asked of vuln.go.dev;
# where that cannot be reached, of the same database's repository as Go's module proxy has it, in the version below: so that
# nothing turns red by itself where nobody looks for news. Where neither answers nothing is known, and the status is 75: that
# is neither found nor fine. hack/vulnerable judges the answers.
source "$(dirname "$0")/lib.sh"

govulncheck=$(hack/tool.sh govulncheck)
vulndb=golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018 # The newest: go list -m golang.org/x/vulndb@latest
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT

# The smallest package there is tells whether the database answers, in two seconds.
database=() about='asked of vuln.go.dev'
if ! why=$("$govulncheck" ./internal/fault 2>&1) && grep -q 'fetching vulnerabilities' <<<"$why"; then
  # The version says when it was: v0.0.0-YYYYMMDDhhmmss-commit.
  if ! module=$(cd / && GOFLAGS=-mod=mod go mod download -json "$vulndb" 2>&1); then
    echo "whether a dependency is vulnerable is unknown: ${why##*: Get }, and the module proxy has no $vulndb"
    exit "$unknown"
  fi
  read -r dir version < <(python3 -c 'import json, sys; m = json.load(sys.stdin); print(m["Dir"], m["Version"])' <<<"$module")
  day=${version#v0.0.0-} day=${day::8}
  database=(-db "file://$dir/data/osv")
  about="database of $(date -u -d "$day" +%F), $((($(date -u +%s) - $(date -u -d "$day" +%s)) / 86400)) days old"
  echo "vuln.go.dev cannot be reached; golang.org/x/vulndb $version instead"
fi

# It has to find what is planted, so that a database which it cannot read is no pass: in this form it is read by a way that
# govulncheck does not document.
mkdir "$answers/planted"
cat >"$answers/planted/go.mod" <<'MOD'
module planted

go 1.26.0

require gopkg.in/yaml.v2 v2.2.3
MOD
cat >"$answers/planted/go.sum" <<'SUM'
gopkg.in/check.v1 v0.0.0-20161208181325-20d25e280405/go.mod h1:Co6ibVJAznAaIkqp8huTwlJQCZ016jof/cbN4VW5Yz0=
gopkg.in/yaml.v2 v2.2.3 h1:fvjTMHxHEw/mxHbtzPi3JCcKXQRAnQTBRo6YCJSVHKI=
gopkg.in/yaml.v2 v2.2.3/go.mod h1:hI93XBmqTisBFMUTm0b8Fm+jr3Dg1NNxqwp+5A1VGuI=
SUM
cat >"$answers/planted/main.go" <<'GO'
package main

import "gopkg.in/yaml.v2"

func main() { _ = yaml.Unmarshal(nil, nil) }
GO
found=$(cd "$answers/planted" && "$govulncheck" "${database[@]}" . 2>&1) && status=0 || status=$?
if [ "$status" -ne 3 ] || ! grep -q 'Found in: gopkg.in/yaml.v2@v2.2.3' <<<"$found"; then
  echo "govulncheck does not find a vulnerability that was planted: $found" >&2
  exit 1
fi

for dir in $(modules); do
  name=${dir#./}
  [ "$name" != . ] || name=root
  # The sandbox's Kubernetes is all of Kubernetes in one program: to follow its calls takes more than 12 GiB. It is left out here.
  mapfile -t packages < <(cd "$dir" && go list ./... | grep -v '/sparkwiz-sandbox-kube$')
  (cd "$dir" && "$govulncheck" "${database[@]}" -format json "${packages[@]}") >"$answers/${name//\//-}.json"
done
go run ./hack/vulnerable .govulnignore.yaml "$answers"
echo "note: $about"
