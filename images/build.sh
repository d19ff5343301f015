#!/bin/bash
# Builds the images of images.yaml that are not up to date, and writes each as an archive that a cluster can load:
# ${XDG_CACHE_HOME:-~/.cache}/sparkwiz/images/NAME.tar. Progress goes to standard error, details into a log.
#
# usage: build.sh [--only NAME]...   all default images, or the ones named
#        build.sh --list             name, reference, source and state of every image
#        build.sh --archives         the archives of the default images
#        build.sh --missing-packages the Debian packages that building needs and this machine lacks
#        build.sh --clean            removes the builder's own storage; the archives stay
#
# SPARKWIZ_BUILDER    docker, podman or buildah; the first one that works otherwise
# SPARKWIZ_PROGRAM    the program that goes into the image sparkwiz; that of the checkout, bin/sparkwiz, otherwise
# SPARKWIZ_REGISTRY   never: ask no image registry, bootstrap the base image and build the stand-ins
#
# exit status: 0 done, 1 a build failed, 2 wrong usage, 3 a tool is missing
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sparkwiz
out=$cache/images
work=$cache/build
program=${SPARKWIZ_PROGRAM:-$here/../bin/sparkwiz}
compiler=
base=$(awk '$1 == "base:" { print $2 }' "$here/images.yaml")
# shellcheck source-path=SCRIPTDIR source=builder.sh
. "$here/builder.sh"

say() { printf '[%4ds] %s\n' "$SECONDS" "$*" >&2; }

usage() {
	[[ -z ${1:-} ]] || echo "build.sh: $1" >&2
	sed -n '/^# usage:/,/^# exit/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

# field NAME KEY prints one value of an image.
field() {
	awk -v name="$1" -v key="$2:" '
		$1 == "-" && $2 == "name:" { mine = $3 == name; next }
		mine && $1 == key { $1 = ""; print substr($0, 2); exit }' "$here/images.yaml"
}

# names [default] prints every image, or those that are built without being asked for.
names() {
	awk -v only="${1:-}" '
		$1 == "-" && $2 == "name:" { name = $3; if (only == "") print name }
		only && $1 == only ":" && $2 == "true" { print name }' "$here/images.yaml"
}

# The program sparkwiz is compiled by whoever calls this script, for it may be installed without its sources.
is_program() { [[ $(field "$1" program) == true ]]; }

# An image's key says what it was made of: the same inputs under the same name give the same key.
key() {
	local inputs
	read -ra inputs <<<"$(field "$1" inputs)"
	{
		echo "$base" "$(field "$1" reference)" "$(field "$1" args)" "$(field "$1" target)" "$(field "$1" ldflags)"
		cd "$here"
		find "${inputs[@]}" base -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
		if is_program "$1"; then sha256sum <"$program"; fi
	} | sha256sum | cut -d ' ' -f 1
}

# The program sparkwiz carries these files without the stand-ins, which only a checkout has; and not every official image
# has one.
has_sources() {
	[[ $(field "$1" source) == ours ]] || [[ -n $(field "$1" dockerfile) && -d $here/stand-ins ]]
}

up_to_date() {
	[[ -s $out/$1.tar ]] || return
	if is_program "$1" && [[ ! -f $program ]]; then return 1; fi
	if has_sources "$1"; then
		[[ $(head -n 1 "$out/$1.tar.key" 2>/dev/null) == "$(key "$1")" ]]
	else
		# What it was made of cannot be told here, only what it is.
		[[ $(sed -n 3p "$out/$1.tar.key" 2>/dev/null) == "$(field "$1" reference)" ]]
	fi
}

list() {
	local name state
	for name in $(names); do
		state=stale
		! up_to_date "$name" || state="up to date ($(sed -n 2p "$out/$name.tar.key"))"
		printf '%-16s %-45s %-9s %s\n' "$name" "$(field "$name" reference)" "$(field "$name" source)" "$state"
	done
}

# run NAME COMMAND... keeps a command's output out of sight unless it fails.
run() {
	local log=$work/log/$1.log
	shift
	"$@" >>"$log" 2>&1 && return
	say "this failed: $*"
	tail -n 15 "$log" | sed 's/^/        /' >&2
	echo "build.sh: the whole log is $log" >&2
	exit 1
}

# missing TOOL PACKAGES ends the run with the line to paste.
missing() {
	echo "build.sh: $1 is missing or does not work; install it with: sudo apt-get install -y $2" >&2
	exit 3
}

missing_packages() {
	local name
	for name in $(names default); do
		up_to_date "$name" && continue
		find_builder || echo buildah
		# Docker and podman come with a registry as a rule; without either the base image may have to be made here.
		[[ ${builder:-buildah} != buildah ]] || command -v debootstrap >/dev/null || echo debootstrap
		return
	done
}

# The base image comes from a registry, or where none answers from Debian's packages. Sets registry to yes or no.
find_base() {
	local made_of
	registry=no
	if [[ ${SPARKWIZ_REGISTRY:-} != never ]] && pull "$base" 120 >>"$work/log/base.log" 2>&1; then
		registry=yes
		return
	fi
	made_of=$(cat "$here"/base/* | sha256sum)
	if has_image "$base" && [[ $(cat "$work/base.key" 2>/dev/null) == "$made_of" ]]; then return; fi
	command -v debootstrap >/dev/null || missing debootstrap debootstrap
	if [[ $(id -u) != 0 ]]; then
		echo "build.sh: no image registry answers, and making a base image needs root: run sudo -E $0" >&2
		exit 3
	fi
	say "base: no image registry answers; making $base from Debian's packages (about 40 s)"
	run base "$here/base/bootstrap.sh" "$work/base.tar"
	run base import_base "$work/base.tar"
	rm "$work/base.tar"
	echo "$made_of" >"$work/base.key"
}

# The programs of the stand-ins are compiled one after the other, beside the builds, which mostly wait for downloads.
compile() {
	local name
	for name in "$@"; do
		if [[ -z $(field "$name" go) ]] || ! has_sources "$name"; then continue; fi
		(cd "$here/stand-ins" && CGO_ENABLED=0 nice -n 5 go build -trimpath \
			-ldflags "-s -w $(field "$name" ldflags)" -o "$work/bin/$name" "$(field "$name" go)") || return
	done
}

# The images of ours share one context. That of a program is a directory of its own: a stand-in's, or sparkwiz's.
context() {
	local dir=$work/context/$1
	if [[ $(field "$1" source) == ours ]] && ! is_program "$1"; then
		echo "$here"
		return
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	if is_program "$1"; then
		cp "$program" "$dir/sparkwiz"
		echo "$dir"
		return
	fi
	cp -r "$here/stand-ins/$1/." "$dir"
	[[ -z $(field "$1" go) ]] || cp "$work/bin/$1" "$dir/$1"
	echo "$dir"
}

build() {
	local name=$1 reference made=built started=$SECONDS key
	reference=$(field "$name" reference)
	: >"$work/log/$name.log"
	if [[ $(field "$name" source) == official && $registry == yes ]]; then
		made=official key=
		! has_sources "$name" || key=$(key "$name")
		say "$name: pulling $reference"
		run "$name" pull "$reference" 1800
	else
		if ! has_sources "$name"; then
			echo "build.sh: $reference is published by others, and no image registry answers" >&2
			exit 1
		fi
		key=$(key "$name")
		[[ $(field "$name" source) == ours ]] || made=stand-in
		say "$name: building $reference (about $(field "$name" seconds) s)"
		if [[ -n $(field "$name" go) && -n $compiler ]]; then
			run compile wait "$compiler"
			compiler=
		fi
		run "$name" build_image "$reference" "$here/$(field "$name" dockerfile)" "$(context "$name")" "$(field "$name" args)" \
			"$(field "$name" target)"
	fi
	run "$name" save_image "$reference" "$out/.$name.tar"
	mv "$out/.$name.tar" "$out/$name.tar"
	printf '%s\n%s\n%s\n' "$key" "$made" "$reference" >"$out/$name.tar.key"
	say "$name: $made, $(($(stat -c %s "$out/$name.tar") / 1000000)) MB after $((SECONDS - started)) s"
}

build_all() {
	local name registry
	mkdir -p "$out" "$work/log" "$work/bin"
	find_builder || missing "${SPARKWIZ_BUILDER:-a builder (docker, podman or buildah)}" "${SPARKWIZ_BUILDER:-buildah debootstrap}"
	exec 9>"$work/lock"
	flock -n 9 || { say "another build is running; waiting for it" && flock 9; }
	# What a build that was killed left behind.
	[[ $builder == docker ]] || engine rm --all >/dev/null 2>&1 || true

	find_base
	if [[ $registry == no ]]; then
		compile "$@" >"$work/log/compile.log" 2>&1 9>&- &
		compiler=$!
		trap '[[ -z $compiler ]] || kill "$compiler" 2>/dev/null || true' EXIT
	fi
	for name in "$@"; do
		# Another run may have built it while this one waited.
		up_to_date "$name" || build "$name"
	done
}

main() {
	local name wanted=() stale=()
	while (($# > 0)); do
		case $1 in
		--list) list && exit ;;
		--archives) names default | sed "s|.*|$out/&.tar|" && exit ;;
		--missing-packages) missing_packages && exit ;;
		--clean) rm -rf "$work" && exit ;;
		--only)
			[[ -n ${2:-} && -n $(field "$2" reference) ]] || usage "no image is called '${2:-}'; there are $(names | xargs)"
			wanted+=("$2")
			shift
			;;
		*) usage "no option $1" ;;
		esac
		shift
	done
	((${#wanted[@]} > 0)) || mapfile -t wanted < <(names default)
	for name in "${wanted[@]}"; do
		if is_program "$name" && [[ $(head -c 4 "$program" 2>/dev/null) != $'\x7fELF' ]]; then
			echo "build.sh: $program is no Linux program; compile it with: make build" >&2
			exit 3
		fi
		# Nothing else is in its image, no library either. A machine without ldd is taken at its word.
		if is_program "$name" && ldd "$program" >/dev/null 2>&1; then
			echo "build.sh: $program needs libraries of this machine; compile it with: make build" >&2
			exit 3
		fi
		up_to_date "$name" || stale+=("$name")
	done
	((${#stale[@]} == 0)) || build_all "${stale[@]}"
	say "${#wanted[@]} images are in $out"
}

main "$@"
