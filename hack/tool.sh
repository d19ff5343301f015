#!/usr/bin/env bash
# Prints the path of a pinned Go tool, and builds it into the cache first if it is not there.
# usage: hack/tool.sh NAME, one of those below
source "$(dirname "$0")/lib.sh"

flags='-s -w'
case ${1:-} in
  golangci-lint) package=github.com/golangci/golangci-lint/v2/cmd/golangci-lint version=v2.15.0 ;;
  gitleaks) package=github.com/zricethezav/gitleaks/v8 version=v8.30.1 ;;
  govulncheck) package=golang.org/x/vuln/cmd/govulncheck version=v1.9.0 ;;
  actionlint) package=github.com/rhysd/actionlint/cmd/actionlint version=v1.7.12 ;;
  kubeconform) package=github.com/yannh/kubeconform/cmd/kubeconform version=v0.8.0 ;;
  kube-score) package=github.com/zegl/kube-score/cmd/kube-score version=v1.20.0 ;;
  helm)
    package=helm.sh/helm/v3/cmd/helm version=v3.22.0
    # Without these it takes every cluster that it does not ask for Kubernetes 1.20. Helm's releases set them too.
    for where in chartutil lint/rules; do
      flags+=" -X helm.sh/helm/v3/pkg/$where.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/$where.k8sVersionMinor=37"
    done
    ;;
  *)
    echo "usage: $0 golangci-lint|gitleaks|govulncheck|actionlint|kubeconform|kube-score|helm" >&2
    exit 2
    ;;
esac

dir=$cache/tools/$1@$version
if [ ! -x "$dir/$1" ]; then
  echo "building $1 $version once into $dir (minutes)" >&2
  mkdir -p "$dir"
  # Built beside its place and moved, so that an interrupted build leaves nothing that looks finished.
  tmp=$(mktemp -d "$dir/build.XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  (cd / && GOBIN=$tmp GOFLAGS=-mod=mod go install -trimpath -ldflags "$flags" "$package@$version") >&2
  mv "$tmp/$1" "$dir/$1"
fi
echo "$dir/$1"
