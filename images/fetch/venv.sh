#!/bin/sh
# Makes a Python environment that also sees the packages of the system it is copied into, and installs a list into it.
#
# usage: venv.sh REQUIREMENTS DIR
# REQUIREMENTS   one line a package for pip: name==version with the hashes of its wheels
# DIR            where the environment will be in the image; scripts name their interpreter by it
set -eu

list=$1
dir=$2

python3 -m venv --without-pip "$dir"
pip --python "$dir/bin/python" install --quiet --no-cache-dir --no-deps --only-binary :all: --require-hashes -r "$list"

# Only now, so that pip has not looked at this stage's own packages.
sed -i 's/^include-system-site-packages = .*/include-system-site-packages = true/' "$dir/pyvenv.cfg"
find "$dir/lib" -type d -name tests -prune -exec rm -rf {} +
chmod -R a+rX "$dir"
