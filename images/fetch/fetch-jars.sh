#!/bin/sh
# Downloads Maven artifacts named one a line and checks each against the checksum beside it.
#
# usage: fetch-jars.sh LIST DIR
# LIST   "sha256 group:artifact:version[:type:classifier]"; blank lines and lines starting with # are skipped
set -eu

list=$1
dir=$2
pom=$(mktemp -d)/pom.xml

# Every artifact is listed, so Maven must add none of its own. The goal "copy" of plugin 2 looks at the artifacts alone;
# later ones also read what they depend on, and stop at NVIDIA's, whose parent is not published.
plugin=org.apache.maven.plugins:maven-dependency-plugin:2.10
awk '
BEGIN {
	print "<project><modelVersion>4.0.0</modelVersion>"
	print "<groupId>sparkwiz</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>"
	print "<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId>"
	print "<configuration><artifactItems>"
}
!/^(#|$)/ {
	split($2, c, ":")
	printf "<artifactItem><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>", c[1], c[2], c[3]
	if (c[4]) printf "<type>%s</type><classifier>%s</classifier>", c[4], c[5]
	print "</artifactItem>"
}
END { print "</artifactItems></configuration></plugin></plugins></build></project>" }' "$list" >"$pom"

mkdir -p "$dir"
mvn --batch-mode --quiet --file "$pom" -Dmaven.repo.local="${pom%/*}/repository" "$plugin:copy" \
	-DoutputDirectory="$dir"
rm -rf "${pom%/*}"

awk '!/^(#|$)/ {
	split($2, c, ":")
	print $1 "  " c[2] "-" c[3] (c[4] ? "-" c[5] "." c[4] : ".jar")
}' "$list" | (cd "$dir" && sha256sum --check --quiet --strict -)
