#!/usr/bin/env bash
# Prints the Debian packages that are missing here, one a line: package, tab, why.
# usage: hack/packages.sh [GROUP…]   groups as in hack/packages.txt; default: all
source "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin # Where root's programs are, which is not on everybody's path.

here() {
  local what
  for what in "$@"; do
    case $what in
      /*) [ -e "$what" ] && return 0 ;;
      *) command -v "$what" >/dev/null && return 0 ;;
    esac
  done
  return 1
}

trim() { sed 's/^ *//; s/ *$//' <<<"$1"; }

while IFS='|' read -r needs package group why; do
  [[ $needs == \#* ]] && continue
  [[ $# -eq 0 || " $* " == *" $(trim "$group") "* ]] || continue
  read -ra programs <<<"$needs"
  here "${programs[@]}" || printf '%s\t%s\n' "$(trim "$package")" "$(trim "$why")"
done <hack/packages.txt
