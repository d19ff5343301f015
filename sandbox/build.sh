#!/bin/sh
# Builds the sandbox's programs into BIN_DIR, each only when its inputs changed.
#   usage: sandbox/build.sh BIN_DIR [real]
# With "real" what only simulated nodes need is left out.
set -eu

kwok=v0.8.0
bin=$(mkdir -p "${1:?usage: $0 BIN_DIR}" && cd "$1" && pwd)
cd "$(dirname "$0")"
export GOTOOLCHAIN=local CGO_ENABLED=0

kubernetes=$(awk '$1 == "k8s.io/kubernetes" { print $2; exit }' go.mod)
minor=${kubernetes#v1.}; minor=${minor%%.*}
version=k8s.io/component-base/version
# Clients and the kubelet compare these; without them everything is v0.0.0.
kubeflags="-X $version.gitVersion=$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=$minor -X $version.gitTreeState=clean"

# stale NAME INPUT: whether NAME was built from something else than INPUT says.
stale() {
	[ ! -x "$bin/$1" ] || [ "$(cat "$bin/.$1.input" 2>/dev/null)" != "$2" ]
}
# build NAME PACKAGE FLAGS
build() {
	input=$(go version; echo "$3"; cat build.sh go.mod go.sum; find cmd internal -type f ! -name '*_test.go' | sort | xargs sha256sum)
	# The large program depends on its own directory only, not on ours.
	if [ "$1" = sparkwiz-sandbox-kube ]; then
		input=$(go version; echo "$3"; cat go.mod; sha256sum cmd/sparkwiz-sandbox-kube/*)
	fi
	input=$(echo "$input" | sha256sum)
	stale "$1" "$input" || return 0
	echo "building $1 $4" >&2
	go build -trimpath -ldflags "-s -w $3" -o "$bin/.$1.new" "$2"
	mv "$bin/.$1.new" "$bin/$1"
	echo "$input" >"$bin/.$1.input"
}

build sparkwiz-sandbox ./cmd/sparkwiz-sandbox "" "(about 1 minute when nothing is cached)"
build sparkwiz-sandbox-pause ./cmd/sparkwiz-sandbox-pause "" ""
if [ "${2:-}" != real ] && stale kwok "$kwok"; then
	# kwok does not compile against our versions of its dependencies, so it is
	# built in its own module.
	echo "building kwok $kwok (2 to 5 minutes when nothing is cached)" >&2
	GOBIN=$bin go install -trimpath -ldflags "-s -w" "sigs.k8s.io/kwok/cmd/kwok@$kwok"
	echo "$kwok" >"$bin/.kwok.input"
fi
build sparkwiz-sandbox-kube ./cmd/sparkwiz-sandbox-kube "$kubeflags" "(5 to 15 minutes when nothing is cached)"
