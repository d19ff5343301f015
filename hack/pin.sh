#!/usr/bin/env bash
# Writes the python.txt of an image: every package that its python.in needs, exactly one version of each, with the hashes
# of the wheels for CPython 3.11 on Debian 12, x86-64 and aarch64.
#
# usage: hack/pin.sh DIR [BASE [PACKAGE...]]
# DIR       has python.in, and gets python.txt
# BASE      a python.txt that is installed underneath: its versions are kept, and what it has is not listed again
# PACKAGE   may differ from BASE, because something in python.in can not do with that version
source "$(dirname "$0")/lib.sh"

dir=${1:?usage: hack/pin.sh DIR [BASE [PACKAGE...]]}
base=${2:-/dev/null}
shift $(($# < 2 ? $# : 2))
uv=$(hack/venv.sh pin)/bin/uv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pins FILE prints name==version of a list with hashes.
pins() { awk '!/^(#|$)/ { print $1 }' "$1"; }

# lock ARCHITECTURE CONSTRAINTS resolves for one architecture, and prints "name==version sha256" once per wheel.
lock() {
  "$uv" pip compile --quiet --python-version 3.11 --python-platform "$1-manylinux_2_36" --only-binary :all: \
    --constraint "$2" --format pylock.toml --output-file "$work/pylock.$1.toml" "$dir/python.in" >&2
  awk -F '"' '
    /^[a-z]+ = / { wheels = /^wheels = / }
    /^name = / { name = $2 }
    /^version = / { version = $2 }
    wheels { while (match($0, /sha256 = "[0-9a-f]+/)) {
      print name "==" version, substr($0, RSTART + 10, RLENGTH - 10)
      $0 = substr($0, RSTART + RLENGTH)
    } }' "$work/pylock.$1.toml"
}

pins "$base" >"$work/base"
for own in "$@"; do echo "$own=="; done >"$work/own"
grep -vFf "$work/own" "$work/base" >"$work/keep" || true
lock x86_64 "$work/keep" >"$work/x86_64"
cut -d ' ' -f 1 "$work/x86_64" >"$work/pins"
lock aarch64 "$work/pins" >"$work/aarch64"

{
  sed '/^#/!Q' "$dir/python.in"
  echo "# Written by hack/pin.sh; the hashes are of the wheels for CPython 3.11 on x86-64 and aarch64, or of the one for both."
  sort -u "$work/x86_64" "$work/aarch64" | awk '
    $1 != last { if (last) print line; line = last = $1 }
    { line = line " --hash=sha256:" $2 }
    END { print line }' >"$work/all"
  awk 'FILENAME == ARGV[1] { base[$1]; next } !($1 in base)' "$work/base" "$work/all"
} >"$work/python.txt"
mv "$work/python.txt" "$dir/python.txt"
echo "$dir/python.txt: $(pins "$dir/python.txt" | wc -l) packages, $(du -h "$dir/python.txt" | cut -f 1)" >&2
