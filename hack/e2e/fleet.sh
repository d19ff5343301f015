# The event logs of a bucket, read on the platform itself. Sourced by hack/e2e.sh.
# shellcheck shell=bash disable=SC2154 # The names that hack/e2e.sh and hack/lib.sh set.

# More than 200 logs, Spark's own of this run among them, are read by shards; the pod of one is deleted while it reads. The shard
# is tried again, the others are not, and the table is the one that this machine makes of the same logs. A second survey reads
# nothing.
fleet_platform() {
  local tool=$root/.e2e/fleetlogs at=s3a://spark/fleet shards=8 bucket
  # Not local: the trap runs when the function is gone.
  forward= killer=
  trap 'kill ${forward:+"$forward"} ${killer:+"$killer"} 2>/dev/null' EXIT
  mkdir -p "$root/.e2e"
  rm -rf "$logs/fleet" "$logs/s3"
  go build -o "$tool" ./hack/fleetlogs
  images/build.sh --only sparkwiz
  bin/sparkwiz sandbox load "$cache/images/sparkwiz.tar"

  # The way to the store. What holds its own input open waits until it is killed.
  mkfifo "$logs/s3"
  "$tool" forward "$kubeconfig" sparkwiz-sandbox "$namespace" <>"$logs/s3" >"$logs/s3-address" &
  forward=$!
  for _ in $(seq 100); do
    [ ! -s "$logs/s3-address" ] || break
    sleep 0.1
  done
  AWS_ENDPOINT_URL_S3=$(cat "$logs/s3-address")
  AWS_ACCESS_KEY_ID=$(bin/sparkwiz secrets show object-store-credentials/access-key "${answers[@]}")
  AWS_SECRET_ACCESS_KEY=$(bin/sparkwiz secrets show object-store-credentials/secret-key "${answers[@]}")
  export AWS_ENDPOINT_URL_S3 AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true

  # What the platform's Spark has written, and copies of a log of Spark's with other application ids.
  bucket=$(mktemp -d "$root/.e2e/bucket.XXXXXX")
  "$tool" get s3a://spark/spark-events "$bucket"
  "$tool" give "$bucket" "$at/own"
  rm -rf "$bucket"
  "$tool" put "$at" 220 4096 internal/eventlog/testdata/spark-4.1.zstd

  "$tool" kill "$kubeconfig" sparkwiz-sandbox "$namespace" "$shards" &
  killer=$!
  bin/sparkwiz size --fleet "$at" --shards "$shards" --parallel 2 "${answers[@]}" -o json >"$logs/fleet.json" 2>"$logs/fleet.err" || {
    cat "$logs/fleet.err"
    return 1
  }
  cat "$logs/fleet.err"
  wait "$killer"
  killer=
  grep -q 'tried again after 1 failed' "$logs/fleet.err"

  "$tool" get "$at" "$logs/fleet"
  bin/sparkwiz size --from "$logs/fleet" -o json >"$logs/fleet-here.json"
  python3 hack/e2e/fleet.py "$logs/fleet.json" "$logs/fleet-here.json" 221
  "$tool" get s3a://spark/_sparkwiz-fleet/fleet "$logs/fleet/results"
  python3 hack/e2e/fleet.py "$logs/fleet/results/fleet.json" "$logs/fleet-here.json" 221

  # Nothing has changed, so nothing is read: the pods say so.
  bin/sparkwiz size --fleet "$at" --shards 3 --parallel 3 --keep "${answers[@]}" -o json >"$logs/fleet-again.json"
  python3 hack/e2e/fleet.py "$logs/fleet-again.json" "$logs/fleet-here.json" 221
  "$tool" said "$kubeconfig" sparkwiz-sandbox "$namespace" | tee "$logs/fleet-said"
  [ "$(grep -c '"read":0,' "$logs/fleet-said")" = 3 ]
  "$tool" clear "$kubeconfig" sparkwiz-sandbox "$namespace"
  rm -rf "$logs/fleet"
}
