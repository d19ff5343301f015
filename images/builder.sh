# shellcheck shell=bash
# What build.sh needs from docker, podman or buildah. Sourced; expects the
# variables work and base, sets builder and storage.
# Functions run with errexit off (build.sh looks at their status), so every step is chained.

: "${work:?}" "${base:?}"

engine() { command "$builder" "${storage[@]}" "$@"; }

# Docker's storage is the daemon's. The other two get a storage of their own, apart from the user's.
use_builder() {
	local driver=overlay
	builder=$1
	storage=()
	[[ $builder != docker ]] || return 0
	# The kernel stacks no overlay on another one, which is what the disk of a container usually is.
	[[ $(stat -f -c %T "$work" 2>/dev/null) != overlayfs ]] || driver=vfs
	storage=(--root "$work/storage" --runroot "$work/run" --storage-driver "$driver")
}

# A client alone builds nothing: docker needs its daemon, and podman its own idea of a working setup.
works() {
	case $1 in
	docker | podman) timeout 20 "$1" info >/dev/null 2>&1 ;;
	buildah) command -v buildah >/dev/null ;;
	*) return 1 ;;
	esac
}

find_builder() {
	local candidate
	for candidate in ${SPARKWIZ_BUILDER:-docker podman buildah}; do
		if works "$candidate"; then
			use_builder "$candidate"
			return
		fi
	done
	return 1
}

has_image() {
	case $builder in
	docker) docker image inspect "$1" ;;
	podman) engine image exists "$1" ;;
	buildah) engine inspect --type image "$1" ;;
	esac >/dev/null 2>&1
}

# pull REFERENCE SECONDS asks the registry even when the image is there already.
pull() {
	local flags=(--quiet)
	[[ $builder != buildah ]] || flags+=(--policy always)
	timeout "$2" "$builder" "${storage[@]}" pull "${flags[@]}" "$1"
}

# import_base TAR makes the base image out of a root file system.
import_base() {
	local container
	case $builder in
	docker | podman) engine import --change 'CMD ["bash"]' "$1" "$base" ;;
	buildah)
		container=$(engine from scratch) &&
			engine add --quiet "$container" "$1" / &&
			engine config --cmd bash "$container" &&
			engine commit --quiet --rm "$container" "$base"
		;;
	esac
}

# downloads DOCKERFILE TARGET prints the stages that download, in order, as far as the target needs them.
downloads() {
	awk -v target="$2" '
		$1 != "FROM" { next }
		$NF ~ /^fetch/ { print $NF }
		target && $NF == target { exit }' "$1"
}

# build_image REFERENCE DOCKERFILE CONTEXT ARGUMENTS TARGET
build_image() {
	local reference=$1 dockerfile=$2 context=$3 target=$5 flags=() trust=() argument stage
	for argument in $4; do flags+=(--build-arg "$argument"); done
	case $builder in
	docker) docker build "${flags[@]}" ${target:+--target "$target"} --tag "$reference" --file "$dockerfile" "$context" ;;
	podman | buildah)
		flags+=(--layers --force-rm --pull=never)
		[[ $(id -u) != 0 ]] || flags+=(--isolation chroot)
		# A network that re-signs TLS traffic has its certificate here. Only the stages that download get to see it, so that
		# no image carries it; the second run takes those stages from the cache.
		if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
			trust=(--volume /usr/local/share/ca-certificates:/usr/local/share/ca-certificates:ro)
		fi
		for stage in $(downloads "$dockerfile" "$target"); do
			engine build "${flags[@]}" "${trust[@]}" --target "$stage" --file "$dockerfile" "$context" || return
		done
		engine build "${flags[@]}" ${target:+--target "$target"} --tag "$reference" --file "$dockerfile" "$context"
		;;
	esac
}

# save_image REFERENCE FILE
save_image() {
	rm -f "$2"
	case $builder in
	docker | podman) engine save --output "$2" "$1" ;;
	buildah) engine push --quiet "$1" "docker-archive:$2:$1" ;;
	esac
}
