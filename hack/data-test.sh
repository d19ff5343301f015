#!/usr/bin/env bash
# Tests of dags/ and examples/ with the real parts: Spark Connect servers of both lines, Airflow, Great Expectations, a
# Pushgateway, a Prometheus, and the exporter of Airflow's metrics. Nothing of it is installed; downloads are kept in the
# cache. Arguments go to pytest for Spark 4.1, as in: hack/data-test.sh -k backfill
source "$(dirname "$0")/lib.sh"
suite=data logs=$root/.check/data tail_lines=60 began=${EPOCHREALTIME/[.,]/}
spark=$cache/spark
rm -rf "$logs"

stop() {
  printf '%s\n  try: %s\n' "error: $1" "$2" >&2
  exit 1
}
command -v java >/dev/null || stop "Java is not here, and Spark runs on it" "apt-get install openjdk-17-jre-headless"
command -v mvn >/dev/null || stop "Maven is not here, and Iceberg's jars come from it" "apt-get install maven"

# The lists of the images say what is downloaded and with which checksums, wherever under images/spark they are.
distribution() { # VERSION JAR… lays a Spark out in the cache, with what the tests need beside it.
  local version=$1 home=$spark/$1 work jar
  shift
  [ ! -e "$home/complete" ] || return 0
  rm -rf "$home"
  work=$(mktemp -d)
  grep -rhE "^pyspark==$version " images/spark --include='pyspark*.txt' >"$work/pyspark.txt"
  PATH=$venv/bin:$PATH images/fetch/fetch-pyspark.sh "$work/pyspark.txt" "$home"
  for jar in "$@"; do
    grep -rhF " $jar" images/spark --include=jars.txt
  done >"$work/jars.txt"
  images/fetch/fetch-jars.sh "$work/jars.txt" "$work/jars"
  mv "$work"/jars/*.jar "$home/jars"
  rm -rf "$work"
  touch "$home/complete"
}

# As in the images: the client of exactly the server's version, without what makes PySpark 4 look for Java.
client() {
  local dir=$spark/client-4.1.4
  [ ! -e "$dir/complete" ] || return 0
  rm -rf "$dir"
  mkdir -p "$dir"
  cp -r "$spark/4.1.4/python/pyspark" "$dir"
  rm -r "$dir/pyspark/core" "$dir/pyspark/sql/classic" "$dir/pyspark/python"
  touch "$dir/complete"
}

download() {
  hack/venv.sh data
  hack/venv.sh data-3.5
  venv=$(hack/venv.sh data)
  distribution 4.1.4 org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:
  distribution 3.5.7 org.apache.iceberg:iceberg-spark-runtime-3.5_2.12: org.apache.spark:spark-connect_2.12:
  client
  hack/prometheus.sh
  hack/part.sh statsd-exporter
}

python_lint() {
  "$venv/bin/ruff" check
  "$venv/bin/ruff" format --diff
}

# tests VERSION VENV PYTHONPATH ARGUMENT… runs pytest with a Spark of that version and its client.
tests() {
  SPARK_HOME_UNDER_TEST=$spark/$1 PYTHONPATH=$3 PROMETHEUS_BINARIES=$(hack/prometheus.sh) STATSD_EXPORTER=$(hack/part.sh statsd-exporter) \
    "$2/bin/python" -m pytest --durations=10 "${@:4}"
}

phase download download
venv=$(hack/venv.sh data)
old_client=$(echo "$spark"/3.5.7/python/lib/py4j-*.zip)
phase lint python_lint
phase spark-4.1 tests 4.1.4 "$venv" "$spark/client-4.1.4" "$@"
phase spark-3.5 tests 3.5.7 "$(hack/venv.sh data-3.5)" "$spark/3.5.7/python:$old_client" \
  test/data/test_examples.py test/data/test_fingerprint.py test/data/test_suites.py -k 'not every_expectation'
printf 'ok  \tdata\t%s\n' "$(since "$began")"
