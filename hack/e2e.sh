#!/usr/bin/env bash
# One real platform with everything that fits on one node: both lines of Spark, tables, notebooks, Airflow. An upgrade under a
# running session, every claim of `sparkwiz verify`, executors given back, a query from this machine, a second apply, metrics with
# dashboards and alerts, traces, office hours, bad input, uninstall; then small platforms under sealed secrets and under stores of
# secrets. The order of work is the list at the end; each phase is a function in hack/e2e/.
#
# The sandbox's real node is one at a time. If one is up already it is used, in a namespace of our own, and stays up;
# otherwise one is started with its state under .e2e/ and taken down again, whatever happens.
source "$(dirname "$0")/lib.sh"
suite=e2e logs=$root/.e2e/logs tail_lines=80 began=${EPOCHREALTIME/[.,]/}
namespace=e2e-$$
answers=(--preset everything --workspace "$logs/workspace" --context sparkwiz-sandbox --set "namespace=$namespace" --set "name=$namespace" --set images.load=true --no-input)
source hack/e2e/cluster.sh
source hack/e2e/platform.sh
source hack/e2e/upgrade.sh
source hack/e2e/faults.sh
source hack/e2e/idle.sh
source hack/e2e/airflowmetrics.sh
source hack/e2e/operator.sh
source hack/e2e/observe.sh
source hack/e2e/trace.sh
source hack/e2e/fleet.sh
source hack/e2e/sealed.sh
source hack/e2e/scaling.sh
source hack/e2e/secrets.sh

rm -rf "$logs"
mkdir -p "$logs"
trap leave EXIT
trap 'exit 143' TERM INT HUP

enter
phase sandbox-up sandbox_up
phase load-images load_images
phase sandbox-up-again sandbox_up_again
phase bad-input bad_input
phase missing-image missing_image
phase foreign-namespace foreign_namespace
answers+=(--set "spark-41.version=$older")
phase apply apply_platform
phase upgrade upgrade_platform
answers=("${answers[@]/spark-41.version=$older/spark-41.version=4.1.4}")
phase generated generated_platform
phase verify verify_platform
phase idle idle_platform
phase query-from-here query_from_here
phase apply-again apply_again
phase trace trace_platform
phase fleet fleet_platform
phase observe observe_platform
phase scaling scaling_platform
phase uninstall uninstall_platform
phase scaling-away scaling_away
phase sealed sealed_platform
phase secrets secrets_platform
