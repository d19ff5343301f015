#!/usr/bin/env bash
# Prints the path of a Python environment with the pinned packages of hack/requirements/NAME.txt, and makes it in the
# cache first if it is not there. A changed list makes a new one.
# usage: hack/venv.sh NAME
source "$(dirname "$0")/lib.sh"

list=hack/requirements/${1:?usage: hack/venv.sh NAME}.txt
dir=$cache/venv/$1-$(sha256sum "$list" | cut -c1-12)
if [ ! -e "$dir/complete" ]; then
  rm -rf "$dir"
  mkdir -p "${dir%/*}"
  python3 -m venv "$dir" >&2 || {
    echo "no Python environment could be made; on Debian: apt-get install python3-venv" >&2
    exit 1
  }
  "$dir/bin/pip" install --quiet --disable-pip-version-check -r "$list" >&2
  touch "$dir/complete"
fi
echo "$dir"
