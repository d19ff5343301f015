#!/usr/bin/env bash
# Prints the directory of Debian's prometheus, promtool, prometheus-pushgateway and prometheus-alertmanager, and unpacks their
# packages into the cache first if they are not there. Nothing is installed, and no service starts.
# usage: hack/prometheus.sh
source "$(dirname "$0")/lib.sh"

dir=$cache/prometheus
packages=(prometheus prometheus-pushgateway prometheus-alertmanager)
if [ "$(cat "$dir/complete" 2>/dev/null)" != "${packages[*]}" ]; then
  mkdir -p "$dir"
  (
    cd "$dir"
    # The lists of packages may be older than what the mirror has, or not there at all.
    apt-get download "${packages[@]}" || { timeout 300 apt-get update && apt-get download "${packages[@]}"; }
    for deb in *.deb; do dpkg -x "$deb" .; done
    rm ./*.deb
    echo "${packages[*]}" >complete
  ) >&2
fi
echo "$dir/usr/bin"
