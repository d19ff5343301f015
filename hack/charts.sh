#!/usr/bin/env bash
# The charts' own tests, then every object of every preset against the JSON schemas of the oldest and the newest
# Kubernetes that we support. Strict: a field that Kubernetes does not know is a fault.
source "$(dirname "$0")/lib.sh"

oldest=1.29 # native sidecars
newest=1.37

go test ./charts/... ./internal/render/...

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
render() {
  bin/sparkwiz render --offline --context any "${@:2}" >"$rendered/$1.yaml"
}
for preset in assets/presets/*.yaml; do
  render "$(basename "$preset" .yaml)" -f "$preset"
done
render external-store -f assets/presets/quickstart.yaml --set storage.mode=external --set storage.endpoint=https://s3.example.com --set storage.secret=s3-keys
render without-iceberg -f assets/presets/quickstart.yaml --set iceberg.enabled=false --set spark.history=false
render staging -f assets/presets/quickstart.yaml --set environment=staging --set storage.mode=external --set storage.secret=s3-keys \
  --set iceberg.enabled=false --set images.registry=registry.example.com/mirror

validate=$(hack/venv.sh checkers)/bin/kubernetes-validate
for version in "$oldest" "$newest"; do
  "$validate" --strict -k "$version" --quiet "$rendered"/*.yaml
done
objects=$(cat "$rendered"/*.yaml | grep -c '^kind:')
echo "$objects objects of $(find "$rendered" -name '*.yaml' | wc -l) platforms fit Kubernetes $oldest and $newest"
