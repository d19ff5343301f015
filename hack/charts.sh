#!/usr/bin/env bash
# The charts' own tests, then everything that is ever rendered, looked at by checkers that nobody here wrote: every preset
# and variant of answers as sparkwiz renders it, every environment of the Spark charts with every scenario as Helm's own
# command renders it. kubeconform holds each object against the JSON schemas of every Kubernetes that we support, strictly;
# kubernetes-validate, another program, does so for the newest; kube-score looks for bad habits, gitleaks for secrets.
source "$(dirname "$0")/lib.sh"

versions=(1.29 1.30 1.31 1.32 1.33 1.34 1.35 1.36 1.37)
newest=${versions[-1]}

PROMTOOL=$(hack/prometheus.sh)/promtool go test ./charts/... ./internal/render/... ./internal/dashboard/...

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/rendered"
python=$(hack/venv.sh checkers)/bin/python

# render NAME ARGS… renders a platform as sparkwiz does. Charts of others are their makers' business, and not here.
render() {
  bin/sparkwiz render ours --offline --context any "${@:2}" >"$work/rendered/$1.yaml"
}
for preset in assets/presets/*.yaml; do
  render "preset-$(basename "$preset" .yaml)" -f "$preset"
done
quickstart=(-f assets/presets/quickstart.yaml)
render external-store "${quickstart[@]}" --set storage.mode=external --set storage.endpoint=https://s3.example.com --set storage.secret=s3-keys
render without-iceberg "${quickstart[@]}" --set iceberg.enabled=false --set spark.history=false --set spark.token=false
render mirror "${quickstart[@]}" --set images.registry=registry.example.com/mirror
render older-line "${quickstart[@]}" --set spark-35.enabled=true --set spark-41.enabled=false
for cloud in eks karpenter gke aks; do
  render "spot-$cloud" "${quickstart[@]}" --set "scaling.spot=$cloud"
done
render gcs-key "${quickstart[@]}" --set storage.mode=gcs --set storage.secret=gcs-key --set database.mode=cloudnative-pg
render gcs-identity "${quickstart[@]}" --set storage.mode=gcs --set database.mode=external --set database.host=db.example.com \
  --set database.secret=db-passwords --set database.ca=db-ca
render azure "${quickstart[@]}" --set environment=staging --set storage.mode=azure --set storage.account=examplelake --set storage.secret=azure-key \
  --set database.mode=cloudnative-pg --set database.instances=2
own=(--set storage.mode=external --set storage.secret=s3-keys)
render cloudnative-pg "${quickstart[@]}" "${own[@]}" --set environment=staging --set database.mode=cloudnative-pg --set airflow.enabled=true
render validation-alone "${quickstart[@]}" --set validation.mode=scheduled
render existing-prometheus "${quickstart[@]}" --set observability.metrics=existing --set observability.label=release=kps --set spark-35.enabled=true \
  --set airflow.enabled=true
render traces "${quickstart[@]}" --set observability.traces=existing --set observability.traceEndpoint=grpc://tempo.example.com:4317 --set airflow.enabled=true
render gpu-explained "${quickstart[@]}" --set gpu.enabled=true --set gpu.mode=explainOnly --set spark-41.version=4.1.3

# The objects of each provider of secrets, as the golden files of the chart's test have them.
for provider in charts/testdata/secrets/*.yaml; do
  cp "$provider" "$work/rendered/secrets-$(basename "$provider")"
done

# Helm's own command renders the charts for people who install them without sparkwiz.
helm=$(hack/tool.sh helm)
cp -r charts "$work/charts"
for chart in spark-3.5 spark-4.1; do
  "$helm" dependency build "$work/charts/$chart" >/dev/null
  for environment in dev staging prod; do
    for preset in "" "$work/charts/$chart"/presets/*.yaml; do
      values=(--values "$work/charts/$chart/environments/$environment/values.yaml")
      [ -z "$preset" ] || values+=(--values "$preset")
      "$helm" template "spark-${chart//[!0-9]/}" "$work/charts/$chart" --namespace spark "${values[@]}" \
        >"$work/rendered/$chart-$environment-$(basename "$preset" .yaml).yaml"
    done
  done
done

# Custom resources are checked too, against the definitions that their projects publish.
crds=()
mapfile -t modules <hack/checkers/crds.txt
for module in "${modules[@]}"; do
  read -r module where <<<"$module"
  dir=$(module_files "$module")
  crds+=("$dir/$where"/*.yaml)
done
"$python" hack/checkers/schemas.py "$work/schemas" "${versions[@]}" --crds "${crds[@]}"

kubeconform=$(hack/tool.sh kubeconform)
for version in "${versions[@]}"; do
  summary=$("$kubeconform" -strict -summary -output json -kubernetes-version "$version.0" \
    -schema-location "$work/schemas/$version/{{.ResourceKind}}{{.KindSuffix}}.json" \
    -schema-location "$work/schemas/crds/{{.ResourceKind}}{{.KindSuffix}}.json" "$work/rendered") || { echo "$summary" && exit 1; }
  # An object without a schema would be skipped in silence.
  "$python" -c 'import json, sys; s = json.loads(sys.argv[1])["summary"]; assert s["valid"] > 0 and not s["skipped"] + s["invalid"] + s["errors"], s' "$summary"
done
grep -L 'keda.sh\|cnpg.io\|monitoring.coreos.com\|external-secrets.io\|bitnami.com' "$work/rendered"/*.yaml | xargs "${python%python}kubernetes-validate" --strict -k "$newest" --quiet

kube_score=$(hack/tool.sh kube-score)
{ "$kube_score" score --output-format json "$work/rendered"/*.yaml || true; } | "$python" hack/checkers/score.py hack/checkers/accepted.txt

# What is rendered goes into logs, tickets and git: it may hold no secret.
"$(hack/tool.sh gitleaks)" dir "$work/rendered" --config .gitleaks.toml --no-banner --redact --log-level error --verbose

objects=$(cat "$work/rendered"/*.yaml | grep -c '^kind:')
echo "$objects objects of $(find "$work/rendered" -name '*.yaml' | wc -l) platforms fit Kubernetes ${versions[0]} to $newest"
