package bom

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"crypto/sha1" //nolint:gosec // Maven's repositories find a jar by it; nothing here relies on its strength
	_ "embed"     // groups.txt
	"encoding/hex"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

func isJar(name string, _ *tar.Header) bool { return path.Ext(name) == ".jar" }

// readJar reads the pom.properties that Maven leaves in a jar: one of its own, and one of every package that was copied
// into it. A jar that has none of its own is known by its file name.
func readJar(name string, content io.Reader, size int64) (known, error) {
	sum := sha1.New() //nolint:gosec // as above
	file, err := spool(io.TeeReader(content, sum))
	if err != nil {
		return known{}, err
	}
	defer file.Close()
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return known{}, nil // Not everything that is called .jar is one, and Java passes over it too.
	}
	var inside []pkg
	for _, entry := range archive.File {
		if !strings.HasPrefix(entry.Name, "META-INF/maven/") || path.Base(entry.Name) != "pom.properties" {
			continue
		}
		p, err := readPom(entry)
		if err != nil {
			return known{}, err
		}
		if p.name != "" && !slices.Contains(inside, p) {
			inside = append(inside, p)
		}
	}
	own, others := tell(strings.TrimSuffix(path.Base(name), ".jar"), inside)
	own.sha1 = hex.EncodeToString(sum.Sum(nil))
	return known{list: append([]pkg{own}, others...)}, nil
}

// tell parts what a jar is from what was copied into it. stem is its file name without the ending.
func tell(stem string, inside []pkg) (own pkg, others []pkg) {
	i := slices.IndexFunc(inside, func(p pkg) bool { return stem == p.name+"-"+p.version })
	if i < 0 && len(inside) == 1 && strings.HasPrefix(stem, inside[0].name) {
		i = 0
	}
	if i >= 0 {
		own = inside[i]
		inside = slices.Delete(slices.Clone(inside), i, i+1)
	} else {
		own = named(stem)
	}
	for _, p := range inside {
		p.inside = true
		others = append(others, p)
	}
	return own, others
}

// named tells as much about a jar as its file name does.
func named(stem string) pkg {
	parts := versioned.FindStringSubmatch(stem)
	if parts == nil {
		return pkg{name: stem}
	}
	p := pkg{name: parts[1], version: parts[2]}
	artifact := scala.ReplaceAllString(p.name, "")
	for line := range strings.Lines(groups) {
		if name, group, _ := strings.Cut(strings.TrimSpace(line), " "); name == artifact {
			p.kind, p.group = "maven", group
		}
	}
	return p
}

// groups has a line "artifact group" for jars that say nothing about themselves.
//
//go:embed groups.txt
var groups string

var (
	// versioned is the name of a jar in a Maven repository: the artifact, and a version that begins with a number. The
	// longest artifact wins whose version has a dot: iceberg-spark-runtime-4.1_2.13-1.12.0, but zstd-jni-1.5.7-6.
	versioned = regexp.MustCompile(`^(.+)-(\d+(?:\.\d+)+[\w.+-]*)$`)
	scala     = regexp.MustCompile(`_2\.1\d$`)
)

// readPom reads the three lines that Maven writes about an artifact.
func readPom(entry *zip.File) (pkg, error) {
	content, err := entry.Open()
	if err != nil {
		return pkg{}, err
	}
	defer content.Close()
	values := map[string]string{}
	lines := bufio.NewScanner(io.LimitReader(content, 1<<16))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		values[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return pkg{kind: "maven", group: values["groupId"], name: values["artifactId"], version: values["version"]}, lines.Err()
}
