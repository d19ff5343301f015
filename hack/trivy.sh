#!/usr/bin/env bash
# Trivy on every image that was built here, and on what this repository depends on: a vulnerability of level HIGH or CRITICAL
# for which there is a fix is a fault, unless .trivyignore.yaml has a reason that has not run out. Trivy comes as an image,
# by digest: in March 2026 the tags of its action and of some versions were someone else's.
# usage: hack/trivy.sh [ARCHIVE...]     archives of images; none means all in the cache
source "$(dirname "$0")/lib.sh"

trivy=ghcr.io/aquasecurity/trivy:0.74.0@sha256:62b1e65e8869bc4b4c6aa4fa2b21595256c7c2f6018a9d9ad61caf87187c1969
docker=
for program in docker podman; do
  if "$program" info >/dev/null 2>&1; then docker=$program && break; fi
done
if [ -z "$docker" ]; then
  echo "whether an image is vulnerable is unknown: neither docker nor podman answers, to run Trivy with"
  exit "$unknown"
fi

# What has run out is no longer ignored, by Trivy itself; whoever looks should know why it is red.
today=$(date -u +%F)
awk -v today="$today" '/^ *- id:/ { id = $3 } /expired_at:/ && $2 < today { print "warning: .trivyignore.yaml: " id " has run out on " $2 }' .trivyignore.yaml

database=$cache/trivy
mkdir -p "$database"
# scan DIR COMMAND… runs Trivy on a directory that it cannot write to. It gets no socket: an archive is all it needs.
scan() {
  local dir=$1
  shift
  "$docker" run --rm --cap-drop ALL --security-opt no-new-privileges --volume "$database:/root/.cache" --volume "$dir:/scanned:ro" \
    --volume "$root/.trivyignore.yaml:/ignore.yaml:ro" "$trivy" "$@" --scanners vuln --severity HIGH,CRITICAL --ignore-unfixed \
    --ignorefile /ignore.yaml --exit-code 1 --no-progress
}

[ "$#" -gt 0 ] || set -- "$cache"/images/*.tar
status=0
for archive in "$@"; do
  [ -e "$archive" ] || continue
  echo "== ${archive##*/}"
  scan "$(cd "$(dirname "$archive")" && pwd)" image --input "/scanned/${archive##*/}" || status=1
done
echo "== this repository"
scan "$root" filesystem /scanned || status=1
exit "$status"
