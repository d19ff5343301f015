#!/usr/bin/env bash
# Prints the path of a program of hack/parts/programs.txt, and builds it into the cache first if it is not there. With --files,
# prints the directory of its module instead, where its charts and definitions are. With --all, builds every one of them.
# usage: hack/part.sh [--files] NAME | --all
source "$(dirname "$0")/lib.sh"

if [ "${1:-}" = --all ]; then
  status=0
  while read -r name _; do "$0" "$name" || status=1; done < <(grep -v '^#' hack/parts/programs.txt)
  rm -rf "$cache/parts/compiled"
  exit "$status"
fi
files=
if [ "${1:-}" = --files ]; then files=yes && shift; fi
IFS='|' read -r name module package more < <(grep -E "^${1:?usage: $0 [--files] NAME} +\|" hack/parts/programs.txt) || {
  echo "$0: no program is called $1; hack/parts/programs.txt has them" >&2
  exit 2
}
read -r name <<<"$name" # Cuts the blanks around it.
read -r module <<<"$module"
read -r package <<<"$package"
if [ -n "$files" ]; then
  module_files "$module"
  exit
fi

program=$cache/parts/$name-${module##*@}
mkdir -p "$cache/parts"
exec {lock}>"$cache/parts/.$name.lock"
flock "$lock" # Whoever comes while it is being built waits, and has it then.
if [ ! -x "$program" ]; then
  echo "building $name ${module##*@} once into $program (minutes)" >&2
  # Built beside its place and moved, so that an interrupted build leaves nothing that looks finished.
  tmp=$(mktemp -d "$cache/parts/build.XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  # What the compiler keeps of them is more than 10 GB, and of use to nothing else: --all removes it in the end.
  export GOCACHE=$cache/parts/compiled
  (
    cd "$tmp"
    go mod init "sparkwiz.test/$name"
    go mod edit "-require=$module"
    flags=()
    for one in $more; do
      case $one in
      -*) flags+=("$one") ;;
      *=*) go mod edit "-replace=$one" ;;
      *) go mod edit "-require=$one" ;;
      esac
    done
    # Releases that do not fit each other: a copy of the one, changed as little as it takes.
    if [ -f "$root/hack/parts/$name.fit" ]; then
      while read -r other file edit; do
        from=$(module_files "$other")
        copy=./fit/$(tr /@ __ <<<"$other")
        if [ ! -d "$copy" ]; then
          mkdir -p fit
          cp -r "$from" "$copy"
          chmod -R u+w "$copy"
          go mod edit "-replace=${other%%@*}=$copy"
        fi
        sed -i -e "$edit" "$copy/$file"
        if cmp -s "$from/$file" "$copy/$file"; then
          echo "$0: nothing in $file of $other is as hack/parts/$name.fit says" >&2
          exit 1
        fi
      done < <(grep -v '^#' "$root/hack/parts/$name.fit")
    fi
    package=${module%%@*}/$package
    GOFLAGS=-mod=mod CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' "${flags[@]}" -o program "${package%/.}"
  ) >&2
  mv "$tmp/program" "$program"
fi
echo "$program"
