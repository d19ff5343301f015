#!/bin/sh
# Runs versitygw with the arguments given, as the official image does. That one can also be told what to do by VGW_*
# variables instead; the charts pass arguments, so this stand-in takes nothing else.
set -eu
[ $# -gt 0 ] || {
	echo "docker-entrypoint.sh: no arguments; this stand-in reads no VGW_BACKEND" >&2
	exit 1
}
exec /usr/local/bin/versitygw "$@"
