#!/bin/sh
# Downloads Maven artifacts named one a line and checks each against the checksum beside it.
#
# usage: fetch-jars.sh LIST DIR
# LIST   "sha256 group:artifact:version[:type:classifier]"; blank lines and lines starting with # are skipped
set -eu

list=$1
dir=$2
pom=$(mktemp -d)/pom.xml

# Every artifact is listed, so Maven must add none of its own: all transitive dependencies are excluded.
awk '
BEGIN {
	print "<project><modelVersion>4.0.0</modelVersion>"
	print "<groupId>sparkwiz</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>"
	print "<dependencies>"
}
!/^(#|$)/ {
	split($2, c, ":")
	printf "<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>", c[1], c[2], c[3]
	if (c[4]) printf "<type>%s</type><classifier>%s</classifier>", c[4], c[5]
	print "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>"
}
END { print "</dependencies></project>" }' "$list" >"$pom"

mkdir -p "$dir"
mvn --batch-mode --quiet --file "$pom" -Dmaven.repo.local="${pom%/*}/repository" \
	org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory="$dir"
rm -rf "${pom%/*}"

awk '!/^(#|$)/ {
	split($2, c, ":")
	print $1 "  " c[2] "-" c[3] (c[4] ? "-" c[5] "." c[4] : ".jar")
}' "$list" | (cd "$dir" && sha256sum --check --quiet --strict -)
