#!/usr/bin/env bash
# Prints the Debian packages that are missing here, one a line: package, tab, why.
source "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin # Where root's programs are, which is not on everybody's path.

# here PACKAGE NEEDED… says whether one of what is needed is here.
here() {
  local package=$1 what
  shift
  for what in "$@"; do
    case $what in
      images) grep -qx "$package" <<<"$wanted_by_images" || return 0 ;;
      /*) [ -e "$what" ] && return 0 ;;
      *) command -v "$what" >/dev/null && return 0 ;;
    esac
  done
  return 1
}

wanted_by_images=$(images/build.sh --missing-packages)
while IFS='|' read -r needed package why; do
  [[ $needed != \#* ]] || continue
  read -r package <<<"$package" # Cuts the blanks around it.
  read -r why <<<"$why"
  read -ra any <<<"$needed"
  here "$package" "${any[@]}" || printf '%s\t%s\n' "$package" "$why"
done <hack/packages.txt
