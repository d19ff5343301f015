package images

import (
	"debug/elf"
	"fmt"
	"os"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// environ is the environment of build.sh. The image of sparkwiz is made of the program that runs: whoever installed it
// may have no sources, and what works in the cluster should be what was started here.
func environ(names []string) ([]string, error) {
	selected, err := Select(names)
	if err != nil {
		return nil, err
	}
	for _, image := range selected {
		if !image.Program {
			continue
		}
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		if err := static(self); err != nil {
			return nil, err
		}
		return append(os.Environ(), "SPARKWIZ_PROGRAM="+self), nil
	}
	return os.Environ(), nil
}

// static reports a program that needs more than a Linux kernel, for nothing else is in its image.
func static(path string) error {
	const hint = "CGO_ENABLED=0 GOOS=linux go install github.com/sparkwiz/sparkwiz/cmd/sparkwiz@latest   # and build with that one"
	file, err := elf.Open(path)
	if err != nil {
		return fault.Wrap(err, fault.Failed, path+" is no Linux program, and its image is made of it", hint)
	}
	defer file.Close()
	if slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		return fault.New(fault.Failed, fmt.Sprintf("%s needs the libraries of this machine, which its image has not", path), hint)
	}
	return nil
}
