#!/usr/bin/env bash
# Makes an image of one program and prints its archive, for tests that run a program of others in a pod where no registry can be
# asked for its real image. A static program is all that is in it; one that is not stands on the base of our own images.
# usage: hack/part-image.sh REFERENCE PROGRAM[:PLACE] [FILE[:PLACE]…]
# The program is /program where whoever starts it names no command, and a file in /, unless it is wanted at another place.
source "$(dirname "$0")/lib.sh"

usage="usage: $0 REFERENCE PROGRAM[:PLACE] [FILE[:PLACE]…]"
reference=${1:?$usage} program=${2:?$usage} entry=/program
shift
if [[ $program == *:* ]]; then entry=${program##*:}; fi
program=${program%:*}
work=$cache/build
base=$(awk '$1 == "base:" { print $2 }' images/images.yaml)
source images/builder.sh
archive=$cache/parts/images/$(tr '/:' '__' <<<"$reference").tar
key=$({ echo "$@" && cat "$0" "${@%:*}"; } | sha256sum)
if [ "$(cat "$archive.key" 2>/dev/null)" != "$key" ]; then
  mkdir -p "$cache/parts/images"
  find_builder
  context=$(mktemp -d)
  trap 'rm -rf "$context"' EXIT
  shift
  for file in "$program:$entry" "$@"; do
    place=/$(basename "$file")
    if [[ $file == *:* ]]; then place=${file##*:}; fi
    mkdir -p "$context$(dirname "$place")"
    cp "${file%:*}" "$context$place"
  done
  from=scratch
  if ldd "$program" >/dev/null 2>&1; then from=$base; fi
  {
    echo "FROM $from"
    echo "COPY . /"
    echo "USER 65534:65534"
    echo "ENTRYPOINT [\"$entry\"]"
  } >"$context/.dockerfile"
  echo .dockerfile >"$context/.dockerignore"
  build_image "$reference" "$context/.dockerfile" "$context" "" "" >&2
  save_image "$reference" "$archive" >&2
  engine rmi "$reference" >&2 # The archive is all that is wanted.
  echo "$key" >"$archive.key"
fi
echo "$archive"
