#!/bin/bash
# Runs a command of Airflow under tini: entrypoint.sh scheduler is airflow scheduler.
# airflow, airflow-user, python and bash may be named themselves, which is what the Kubernetes executor does.
set -euo pipefail

case ${1:-} in
airflow | airflow-user | python | python3 | bash | sh) ;;
*) set -- airflow "$@" ;;
esac
exec tini -- "$@"
