#!/bin/sh
# Lays PyPI's source archive of PySpark, which is the whole Spark distribution, out as a SPARK_HOME.
#
# usage: fetch-pyspark.sh REQUIREMENTS SPARK_HOME
# REQUIREMENTS   one line for pip: pyspark==X with the archive's hash
set -eu

requirements=$1
home=$2
work=$(mktemp -d)

pip download --quiet --no-deps --no-binary :all: --no-build-isolation --require-hashes --dest "$work" -r "$requirements"
tar -xzf "$work"/pyspark-*.tar.gz -C "$work" --strip-components=1 --no-same-owner
rm "$work"/pyspark-*.tar.gz

mkdir -p "$home/python/lib" "$home/examples/src/main" "$home/conf" "$home/work-dir"
mv "$work/deps/bin" "$work/deps/sbin" "$work/deps/jars" "$work/deps/data" "$work/deps/licenses" "$home"
mv "$work/deps/examples" "$home/examples/src/main/python"
mv "$work/pyspark" "$home/python"
mv "$work"/lib/*.zip "$home/python/lib"
# The archives of the 3.5 line come without these two.
for file in LICENSE NOTICE; do
	[ ! -e "$work/$file" ] || mv "$work/$file" "$home"
done
rm -f "$home"/bin/*.cmd
rm -rf "$work"

# The root file system is read-only where this runs, so the bytecode has to be there already.
python3 -m compileall -q "$home/python/pyspark"
chmod -R a+rX "$home"
