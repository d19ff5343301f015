# Executors that nobody needs. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# running_executors prints the pods of executors that run.
running_executors() { cluster -n "$namespace" get pods -l spark-role=executor --field-selector status.phase=Running -o name; }

# An executor is evicted after the last query and hands blocks to another, which has to go nevertheless: idle, with blocks
# that no job asks for.
idle_platform() {
  local evicted
  doors '^Spark Connect 4.1'
  export -f running_executors cluster
  export namespace kubeconfig
  evicted=$(SPARK_REMOTE=$(remote) timeout 180 "$(hack/venv.sh client)/bin/python" hack/e2e/idle.py bash -c running_executors)
  cluster -n "$namespace" delete --wait=false "$evicted"
  within 300 running_executors
}
