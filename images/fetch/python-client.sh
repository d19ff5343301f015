#!/bin/sh
# Copies the Python client out of a SPARK_HOME, so that it has exactly the server's version: PyPI does not serve the client
# alone for every release.
#
# usage: python-client.sh SPARK_HOME DIR
# DIR   a directory of Python packages
set -eu

home=$1
dir=$2

mkdir -p "$dir"
cp -a "$home/python/pyspark" "$dir"
name=pyspark
# What the package pyspark-client leaves out of the 4.x line. Without it PySpark knows that it is a client only, and
# does not look for Java. The 3.5 line imports it all the time.
if [ -d "$dir/pyspark/sql/classic" ]; then
	rm -r "$dir/pyspark/core" "$dir/pyspark/sql/classic" "$dir/pyspark/python"
	name=pyspark-client
fi

# For whoever asks which packages there are: pip, importlib.metadata, a bill of materials.
version=$(sed -n "s/^__version__.*= *['\"]\(.*\)['\"]\$/\1/p" "$dir/pyspark/version.py")
[ -n "$version" ]
info=$dir/$(echo "$name" | tr - _)-$version.dist-info
mkdir "$info"
printf '%s\n' 'Metadata-Version: 2.1' "Name: $name" "Version: $version" 'License: Apache-2.0' \
	'Home-page: https://spark.apache.org' 'Summary: Python Spark Connect client for Apache Spark' >"$info/METADATA"
echo sparkwiz >"$info/INSTALLER"
for file in LICENSE NOTICE; do
	[ ! -e "$home/$file" ] || cp "$home/$file" "$info"
done
chmod -R a+rX "$dir"
