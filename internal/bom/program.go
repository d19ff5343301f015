package bom

import (
	"archive/tar"
	"debug/buildinfo"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// smallest is a size in bytes that no Go program stays under.
const smallest = 512 << 10

func isProgram(_ string, header *tar.Header) bool {
	return header.Mode&0o111 != 0 && header.Size >= smallest
}

// readProgram reads the list of modules that Go's linker puts into a program; other programs belong to packages of the
// distribution.
func readProgram(_ string, content io.Reader, _ int64) (known, error) {
	file, err := spool(content)
	if err != nil {
		return known{}, err
	}
	defer file.Close()
	info, err := buildinfo.Read(file)
	if err != nil {
		return known{}, nil // not a Go program
	}
	return known{list: modules(info)}, nil
}

// modules are the standard library, the program's own module and those it is made of.
func modules(info *debug.BuildInfo) []pkg {
	list := []pkg{{kind: "golang", name: "stdlib", version: strings.TrimPrefix(info.GoVersion, "go")}}
	add := func(m *debug.Module) {
		if m.Replace != nil {
			m = m.Replace
		}
		// A module that was built where it lies has no version.
		list = append(list, pkg{kind: "golang", name: m.Path, version: strings.TrimSuffix(m.Version, "(devel)")})
	}
	if info.Main.Path != "" {
		add(&info.Main)
	}
	for _, m := range info.Deps {
		add(m)
	}
	return list
}

// spool writes what can only be read once into a file that has no name any more, as both jars and programs are read
// back and forth and can have a gigabyte.
func spool(content io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "sparkwiz-bom-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if _, err := io.Copy(file, content); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
