# Executors that nobody needs. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# running_executors prints the pods of executors that run.
running_executors() { cluster -n "$namespace" get pods -l spark-role=executor --field-selector status.phase=Running -o name; }

# An executor is evicted after the last query and hands blocks to another, which has to go nevertheless: idle, with blocks
# that no job asks for.
idle_platform() {
  local evicted
  doors '^Spark Connect 4.1'
  evicted=$(SPARK_REMOTE="sc://$(address 'Spark Connect 4.1')/;token=$(bin/sparkwiz secrets show spark-connect/token "${answers[@]}")" \
    timeout 180 "$(hack/venv.sh client)/bin/python" hack/e2e/idle.py \
    bin/sparkwiz-sandbox-kube kubectl --kubeconfig "$kubeconfig" -n "$namespace" get pods -l spark-role=executor --field-selector status.phase=Running -o name)
  cluster -n "$namespace" delete --wait=false "$evicted"
  within 300 running_executors
}
