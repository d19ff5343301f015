# The stores outside the cluster that Secrets are filled from: a real Vault, an emulator of AWS, the real External Secrets and
# Vault's own agent, under one platform of its own that moves from one to the next. Sourced by hack/e2e.sh.
#
# What is done and what is looked for is in test/secrets/stores_test.go; here things are started and taken away. External Secrets
# is 0.16.2, the last that the module registry serves whole. Vault is for tests only: its licence does not let us ship it.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# answers_at URL CURL-ARGUMENT… waits until somebody answers there.
answers_at() {
  for _ in $(seq 300); do
    curl -fsS -o /dev/null "$@" 2>/dev/null && return
    sleep 0.1
  done
  curl -fsS -o /dev/null "$@"
}

# vault_up starts Vault on this machine, with an authority of its own, where pods of the sandbox's node reach it. Sets vault_pid.
# Everything about it is in $stores; its command is first in PATH.
vault_up() {
  local port
  port=$(free_port)
  ln -sf "$(hack/part.sh vault)" "$stores/bin/vault"
  VAULT_TOKEN=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
  export VAULT_TOKEN VAULT_ADDR=https://$address:$port VAULT_CACERT=$stores/tls/vault-ca.pem
  # The limit is for a phase that ends where nothing can end it.
  VAULT_DEV_ROOT_TOKEN_ID=$VAULT_TOKEN timeout 1800 vault server -dev -dev-no-store-token -dev-tls "-dev-tls-cert-dir=$stores/tls" \
    "-dev-tls-san=$address" "-dev-listen-address=$address:$port" >"$logs/vault.log" 2>&1 &
  vault_pid=$!
  answers_at "$VAULT_ADDR/v1/sys/health" --cacert "$VAULT_CACERT"
}

# vault_prepared does what docs/secrets.md tells whoever looks after Vault.
vault_prepared() {
  local account
  cluster config view --raw --minify -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d >"$stores/cluster-ca.crt"
  cluster create serviceaccount vault-reviews -n "$namespace-store"
  cluster create clusterrolebinding "$namespace-vault-reviews" --clusterrole=system:auth-delegator "--serviceaccount=$namespace-store:vault-reviews"
  account=$(cluster create token vault-reviews -n "$namespace-store" --duration=1h)
  echo 'path "secret/data/spark/*" { capabilities = ["read"] }' | vault policy write spark -
  vault auth enable kubernetes
  printf %s "$account" | vault write auth/kubernetes/config "kubernetes_ca_cert=@$stores/cluster-ca.crt" token_reviewer_jwt=- \
    "kubernetes_host=$(cluster config view --minify -o jsonpath='{.clusters[0].cluster.server}')"
  vault write auth/kubernetes/role/spark token_policies=spark token_ttl=1h "bound_service_account_namespaces=$namespace-secrets" \
    bound_service_account_names=secrets-store,secrets-agent audience=https://kubernetes.default.svc.cluster.local
  vault token create -policy=spark -field=token >"$stores/spark-token"
}

# aws_up starts an emulator of AWS with its Secrets Manager. Sets aws_pid; AWS's own command finds it.
aws_up() {
  local port bin
  port=$(free_port)
  bin=$(hack/venv.sh aws)/bin
  ln -sf "$bin/aws" "$stores/bin/aws"
  export AWS_ENDPOINT_URL=http://$address:$port AWS_ACCESS_KEY_ID=somebody AWS_SECRET_ACCESS_KEY=somebody AWS_PAGER=
  timeout 1800 "$bin/moto_server" -H "$address" -p "$port" >"$logs/aws.log" 2>&1 &
  aws_pid=$!
}

# external_secrets_up installs the operator by its own chart, without its webhook, which only judges what the API server has judged
# by schema, and without what makes certificates for that. The chart's one dependency is switched off, and not in the archive.
external_secrets_up() {
  local from
  from=$(hack/part.sh --files external-secrets)
  cluster apply --server-side -k "$from/config/crds/bases" >/dev/null
  cp -r "$from/deploy/charts/external-secrets" "$stores/chart"
  chmod -R u+w "$stores/chart"
  sed -i '/^dependencies:/,$d' "$stores/chart/Chart.yaml"
  rm -f "$stores/chart/Chart.lock"
  "$(hack/tool.sh helm)" --kubeconfig "$kubeconfig" install external-secrets "$stores/chart" --namespace "$namespace-store" --wait --timeout 4m \
    --set installCRDs=false,webhook.create=false,certController.create=false,image.repository=sparkwiz.test/external-secrets,image.tag=v0.16.2 \
    --set "extraEnv[0].name=AWS_SECRETSMANAGER_ENDPOINT,extraEnv[0].value=$AWS_ENDPOINT_URL" \
    --set "extraEnv[1].name=AWS_STS_ENDPOINT,extraEnv[1].value=$AWS_ENDPOINT_URL"
}

# stored takes away what the phase has made, however it ends.
stored() {
  # shellcheck disable=SC2086 # Processes of this phase, as words.
  kill ${vault_pid:-} ${aws_pid:-} ${helm_pid:-} 2>/dev/null || true
  cluster -n "$namespace-store" logs deployment/external-secrets >"$logs/external-secrets.log" 2>&1 || true
  cluster delete namespace "$namespace-secrets" --ignore-not-found --timeout=120s
  "$(hack/tool.sh helm)" --kubeconfig "$kubeconfig" uninstall external-secrets --namespace "$namespace-store" || true
  cluster delete clusterrolebinding "$namespace-vault-reviews" --ignore-not-found
  cluster delete mutatingwebhookconfiguration "$namespace-secrets-injector" --ignore-not-found
  cluster delete -k "$(hack/part.sh --files external-secrets)/config/crds/bases" --ignore-not-found --timeout=60s >/dev/null
  cluster delete namespace "$namespace-store" --ignore-not-found --timeout=60s
  rm -rf "$stores"
}

secrets_platform() {
  local address operator agent image=sparkwiz.test/vault:1.21.4
  if [ -n "$(cluster get crd externalsecrets.external-secrets.io --ignore-not-found -o name)" ]; then
    echo "External Secrets is in this cluster already, and whose it is nobody here knows"
    return "$unknown"
  fi
  address=$(own_address)
  stores=$(mktemp -d)
  mkdir "$stores/bin" "$stores/tls"
  export PATH=$stores/bin:$PATH
  trap stored EXIT
  operator=$(hack/part.sh external-secrets)
  operator=$(hack/part-image.sh sparkwiz.test/external-secrets:v0.16.2 "$operator")
  agent=$(hack/part.sh vault)
  agent=$(hack/part-image.sh "$image" "$agent")
  cluster create namespace "$namespace-store"
  bin/sparkwiz sandbox load "$operator"
  aws_up
  external_secrets_up >"$logs/helm.log" 2>&1 &
  helm_pid=$!
  bin/sparkwiz sandbox load "$agent"
  vault_up
  vault_prepared
  wait "$helm_pid" || { cat "$logs/helm.log" && return 1; }
  answers_at "$AWS_ENDPOINT_URL/moto-api/"
  SPARKWIZ_BIN=$root/bin/sparkwiz SPARKWIZ_TEST_KUBE=$root/bin/sparkwiz-sandbox-kube SPARKWIZ_TEST_KUBECONFIG=$kubeconfig \
    SPARKWIZ_TEST_CONTEXT=sparkwiz-sandbox SPARKWIZ_TEST_NAMESPACE=$namespace-secrets SPARKWIZ_TEST_ADDRESS=$address \
    VAULT_SPARK_TOKEN_FILE=$stores/spark-token VAULT_AGENT_IMAGE=$image go test -count=1 -v -timeout 15m -run 'TestStores$' ./test/secrets
}
