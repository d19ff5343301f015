#!/bin/sh
# Makes a Debian 12 base image out of distribution packages, for machines that reach a Debian mirror but no image
# registry. The tree has what debian:12-slim has (a minbase system without documentation), so the Dockerfiles need
# no second FROM line.
#
# usage: bootstrap.sh OUT.tar      writes the root file system as a tar archive; needs root and debootstrap
set -eu

out=$1
suite=bookworm

# The machine's own mirror is the one that is known to answer.
mirror=$(
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
		awk '$1 == "URIs:" && $2 ~ /\/debian\/?$/ { print $2; exit }
		     $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\/.*\/debian\/?$/) { print $i; exit } }'
)
mirror=${mirror:-http://deb.debian.org/debian}
mirror=${mirror%/}

work=$(mktemp -d "$(dirname "$out")/.base.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
root=$work/rootfs

debootstrap --variant=minbase "$suite" "$root" "$mirror"

# A debian mirror serves its security suite beside it, under the name debian-security.
cat >"$root/etc/apt/sources.list.d/debian.sources" <<-SOURCES
	Types: deb
	URIs: $mirror
	Suites: $suite $suite-updates
	Components: main
	Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

	Types: deb
	URIs: ${mirror%/debian}/debian-security
	Suites: $suite-security
	Components: main
	Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
rm -f "$root/etc/apt/sources.list"

# What the slim images leave out, now and for packages installed later.
cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<-'DPKG'
	path-exclude /usr/share/doc/*
	path-include /usr/share/doc/*/copyright
	path-exclude /usr/share/man/*
	path-exclude /usr/share/groff/*
	path-exclude /usr/share/info/*
	path-exclude /usr/share/lintian/*
	path-exclude /usr/share/linda/*
	path-exclude /usr/share/locale/*
DPKG
# An image build that is cut off is thrown away, so syncing every file only costs time.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/docker-apt-speedup"
# What apt has downloaded and unpacked is of no use in a layer.
cat >"$root/etc/apt/apt.conf.d/docker-clean" <<-'APT'
	DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
	APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
	Dir::Cache::pkgcache "";
	Dir::Cache::srcpkgcache "";
APT
printf '%s\n' 'Acquire::Languages "none";' 'Acquire::GzipIndexes "true";' >"$root/etc/apt/apt.conf.d/docker"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"

find "$root/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$root"/usr/share/man/* "$root"/usr/share/info/* "$root"/usr/share/locale/* "$root"/usr/share/lintian \
	"$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/*.bin "$root"/var/lib/apt/lists/* \
	"$root"/var/log/bootstrap.log "$root"/var/log/dpkg.log "$root"/var/log/apt/* "$root"/var/cache/debconf/*-old
# The machine's identity, resolver and clocked state are not part of an image.
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
: >"$root/etc/machine-id"

tar -C "$root" --numeric-owner --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -cf "$out.tmp" .
mv "$out.tmp" "$out"
