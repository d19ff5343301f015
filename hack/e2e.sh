#!/usr/bin/env bash
# One real platform: a node of its own, the quick start's releases, queries from inside and from this machine, a second
# apply, bad input, uninstall. The order of work is the list at the end; each phase is a function in hack/e2e/.
#
# The sandbox's real node is one at a time. If one is up already it is used, in a namespace of our own, and stays up;
# otherwise one is started with its state under .e2e/ and taken down again, whatever happens.
source "$(dirname "$0")/lib.sh"
suite=e2e logs=$root/.e2e/logs tail_lines=80 began=${EPOCHREALTIME/[.,]/}
namespace=e2e-$$
answers=(-f assets/presets/quickstart.yaml --context sparkwiz-sandbox --set "namespace=$namespace" --set "name=$namespace" --no-input)
source hack/e2e/cluster.sh
source hack/e2e/platform.sh
source hack/e2e/faults.sh

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
phase apply apply_platform
phase verify verify_platform
phase query-from-here query_from_here
phase apply-again apply_again
phase uninstall uninstall_platform
