package bom

import (
	"archive/tar"
	"bufio"
	"io"
	"net/textproto"
	"strings"
)

// release is the distribution that an image is made of.
type release struct{ id, version, title string }

func (f files) distribution() release {
	for _, at := range []string{"etc/os-release", "usr/lib/os-release"} {
		if k, ok := f[at]; ok && k.os.id != "" {
			return k.os
		}
	}
	return release{}
}

func isOSRelease(name string, _ *tar.Header) bool {
	return name == "etc/os-release" || name == "usr/lib/os-release"
}

func readOSRelease(_ string, content io.Reader, _ int64) (known, error) {
	var r release
	lines := bufio.NewScanner(content)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		switch value = strings.Trim(value, `"'`); key {
		case "ID":
			r.id = value
		case "VERSION_ID":
			r.version = value
		case "PRETTY_NAME":
			r.title = value
		}
	}
	return known{os: r}, lines.Err()
}

func isDpkg(name string, _ *tar.Header) bool {
	return name == "var/lib/dpkg/status" || strings.HasPrefix(name, "var/lib/dpkg/status.d/") && !strings.HasSuffix(name, ".md5sums")
}

// readDpkg reads Debian's list of packages: stanzas of "Key: value" lines. A package that was removed but not purged has
// left only its settings and does not count.
func readDpkg(_ string, content io.Reader, _ int64) (known, error) {
	var k known
	err := stanzas(content, func(get func(string) string) {
		if status := get("Status"); status == "" || strings.HasSuffix(status, " installed") {
			k.list = append(k.list, pkg{kind: "deb", name: get("Package"), version: get("Version"), arch: get("Architecture")})
		}
	})
	return k, err
}

func isApk(name string, _ *tar.Header) bool {
	return name == "lib/apk/db/installed" || name == "usr/lib/apk/db/installed"
}

// readApk reads Alpine's list of packages, whose keys are letters.
func readApk(_ string, content io.Reader, _ int64) (known, error) {
	var k known
	err := stanzas(content, func(get func(string) string) {
		k.list = append(k.list, pkg{kind: "apk", name: get("P"), version: get("V"), arch: get("A"), license: get("L")})
	})
	return k, err
}

// stanzas visits each block of "Key: value" lines; blank lines part them, and lines that begin with a space continue a
// value nobody asks for here.
func stanzas(content io.Reader, visit func(get func(string) string)) error {
	values := map[string]string{}
	flush := func() {
		if len(values) > 0 {
			visit(func(key string) string { return values[key] })
			values = map[string]string{}
		}
	}
	lines := bufio.NewScanner(content)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			flush()
			continue
		}
		if key, value, ok := strings.Cut(line, ":"); ok && line[0] != ' ' && line[0] != '\t' {
			values[key] = strings.TrimSpace(value)
		}
	}
	flush()
	return lines.Err()
}

func isPython(name string, _ *tar.Header) bool {
	return strings.HasSuffix(name, ".dist-info/METADATA") || strings.HasSuffix(name, ".egg-info/PKG-INFO")
}

// readPython reads a package's metadata, which begin like a mail.
func readPython(_ string, content io.Reader, size int64) (known, error) {
	header, err := textproto.NewReader(bufio.NewReader(io.LimitReader(content, size))).ReadMIMEHeader()
	if len(header) == 0 && err != nil {
		return known{}, err
	}
	p := pkg{kind: "pypi", name: header.Get("Name"), version: header.Get("Version"), license: license(header)}
	if p.name == "" {
		return known{}, nil
	}
	return known{list: []pkg{p}}, nil
}

// license is what a Python package says in the newest of three ways. The oldest field may hold the whole text.
func license(header textproto.MIMEHeader) string {
	if l := header.Get("License-Expression"); l != "" {
		return l
	}
	for _, classifier := range header.Values("Classifier") {
		if l, ok := strings.CutPrefix(classifier, "License :: OSI Approved :: "); ok {
			return l
		}
	}
	if l := header.Get("License"); len(l) < 60 && l != "UNKNOWN" {
		return l
	}
	return ""
}
