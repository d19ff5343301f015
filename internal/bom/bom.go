// Package bom lists what is installed in a container image, as a CycloneDX bill of materials: packages of the
// distribution, Python packages, jars, and the modules of Go programs. It reads the image's layers and starts nothing.
package bom

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/uuid"
)

// Spec is the version of CycloneDX that is written.
const Spec = cdx.SpecVersion1_6

// Of lists what is in an image. reference is its name, version the one of this program. The same image gives the same
// bytes: the time is the image's own, and the serial number is made from its ID.
func Of(image v1.Image, reference, version string) (*cdx.BOM, error) {
	id, err := image.ConfigName()
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	found, err := scan(image)
	if err != nil {
		return nil, err
	}
	name, tag := reference, ""
	if i := strings.LastIndex(reference, ":"); i > strings.LastIndex(reference, "/") {
		name, tag = reference[:i], reference[i+1:]
	}
	b := cdx.NewBOM()
	b.SpecVersion = Spec
	b.JSONSchema = "http://cyclonedx.org/schema/bom-" + Spec.String() + ".schema.json"
	b.SerialNumber = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte(reference+"@"+id.String())).String()
	b.Metadata = &cdx.Metadata{
		Timestamp: config.Created.UTC().Format("2006-01-02T15:04:05Z"),
		Tools:     &cdx.ToolsChoice{Components: &[]cdx.Component{{Type: cdx.ComponentTypeApplication, Name: "sparkwiz", Version: version}}},
		Component: &cdx.Component{
			BOMRef: reference, Type: cdx.ComponentTypeContainer, Name: name, Version: tag,
			Properties: &[]cdx.Property{{Name: "sparkwiz:image:id", Value: id.String()}},
		},
	}
	components := found.components(config.Architecture)
	refs := make([]string, len(components))
	for i, c := range components {
		refs[i] = c.BOMRef
	}
	b.Components = &components
	b.Dependencies = &[]cdx.Dependency{{Ref: reference, Dependencies: &refs}}
	return b, nil
}

// Write prints a bill of materials as JSON.
func Write(w io.Writer, b *cdx.BOM) error {
	e := cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON)
	e.SetPretty(true)
	e.SetEscapeHTML(false)
	return e.EncodeVersion(b, Spec)
}

// components are those of every file, sorted, each with a reference of its own.
func (f files) components(architecture string) []cdx.Component {
	distribution := f.distribution()
	var all []cdx.Component
	if distribution.id != "" {
		all = append(all, cdx.Component{
			BOMRef: "os:" + distribution.id + "-" + distribution.version, Type: cdx.ComponentTypeOS,
			Name: distribution.id, Version: distribution.version, Description: distribution.title,
		})
	}
	for at, packages := range f {
		for _, p := range packages.list {
			all = append(all, p.component(at, architecture, distribution))
		}
	}
	slices.SortFunc(all, func(a, b cdx.Component) int {
		return cmp.Or(cmp.Compare(a.BOMRef, b.BOMRef), cmp.Compare(property(a), property(b)))
	})
	// The same package at two places is two components.
	seen := map[string]int{}
	for i := range all {
		ref := all[i].BOMRef
		if seen[ref]++; seen[ref] > 1 {
			all[i].BOMRef = fmt.Sprintf("%s#%d", ref, seen[ref])
		}
	}
	return all
}

// property is where a component was found.
func property(c cdx.Component) string {
	if c.Properties == nil {
		return ""
	}
	return (*c.Properties)[0].Value
}

// pkg is one package as its own files describe it.
type pkg struct {
	kind    string // the type of its package URL: deb, apk, pypi, maven, golang; empty when nothing but a file name is known
	group   string
	name    string
	version string
	arch    string
	license string
	sha1    string // of a jar; Maven's repositories find it by that
	inside  bool   // copied into a jar together with others
}

func (p pkg) component(at, architecture string, distribution release) cdx.Component {
	c := cdx.Component{
		Type: cdx.ComponentTypeLibrary, Group: p.group, Name: p.name, Version: p.version, PackageURL: p.url(cmp.Or(p.arch, architecture), distribution),
		Properties: &[]cdx.Property{{Name: "sparkwiz:path", Value: "/" + at}},
	}
	c.BOMRef = cmp.Or(c.PackageURL, "file:/"+at)
	if p.inside {
		c.Properties = &[]cdx.Property{{Name: "sparkwiz:path", Value: "/" + at}, {Name: "sparkwiz:inside", Value: path.Base(at)}}
	}
	if p.sha1 != "" {
		c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA1, Value: p.sha1}}
	}
	if p.license != "" {
		c.Licenses = &cdx.Licenses{{License: &cdx.License{Name: p.license}}}
	}
	return c
}
