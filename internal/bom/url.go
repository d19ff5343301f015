package bom

import (
	"strings"

	"github.com/package-url/packageurl-go"
)

// url is the package URL, the name under which vulnerability databases know a package; empty when its kind is not known.
func (p pkg) url(architecture string, distribution release) string {
	u := packageurl.PackageURL{Type: p.kind, Namespace: p.group, Name: p.name, Version: p.version}
	switch p.kind {
	case "":
		return ""
	case packageurl.TypeDebian, packageurl.TypeApk:
		u.Namespace = distribution.id
		u.Qualifiers = packageurl.QualifiersFromMap(map[string]string{"arch": architecture, "distro": distribution.id + "-" + distribution.version})
	case packageurl.TypeGolang:
		if i := strings.LastIndex(p.name, "/"); i >= 0 {
			u.Namespace, u.Name = p.name[:i], p.name[i+1:]
		}
	}
	if err := u.Normalize(); err != nil {
		return "" // A package that lacks what its kind needs, e.g. a jar without a group.
	}
	return u.ToString()
}
