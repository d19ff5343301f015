#!/bin/bash
# Tells Spark which GPUs this executor has, in the form that spark.executor.resource.gpu.discoveryScript wants:
# {"name": "gpu", "addresses": ["0", "1"]}
# Kubernetes shows a container only the GPUs that it was given, so all that nvidia-smi sees are this executor's.
set -euo pipefail

indexes=$(nvidia-smi --query-gpu=index --format=csv,noheader)
addresses=
for index in $indexes; do
	addresses+=${addresses:+, }\"$index\"
done
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
