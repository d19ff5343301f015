package images

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/local"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// Into is a kind of cluster that takes images without a registry.
type Into struct {
	Name    string
	program string                                 // what is missing when it is not installed
	matches func(context string) bool              // whether a kubeconfig context is of this kind
	args    func(context, archive string) []string // of the program
}

// Intos lists the kinds of cluster that Load knows.
func Intos() []Into {
	return []Into{
		{
			"sandbox", "sparkwiz-sandbox",
			func(context string) bool { return context == local.Context },
			func(_, archive string) []string { return []string{"load", archive} },
		},
		{
			"kind", "kind",
			func(context string) bool { return strings.HasPrefix(context, "kind-") },
			func(context, archive string) []string {
				return []string{"load", "image-archive", archive, "--name", cmp.Or(strings.TrimPrefix(context, "kind-"), "kind")}
			},
		},
		{
			"docker", "docker",
			func(context string) bool { return context == "docker-desktop" },
			func(_, archive string) []string { return []string{"load", "--input", archive} },
		},
	}
}

// find looks for the program on this machine.
func (i Into) find() (string, error) {
	if i.Name == "sandbox" {
		return local.Program(i.program)
	}
	path, err := exec.LookPath(i.program)
	if err != nil {
		return "", fault.New(fault.Failed, fmt.Sprintf("loading into %s needs the program %s, which is not installed here", i.Name, i.program), "sparkwiz images push REGISTRY")
	}
	return path, nil
}

// intoOf is the kind of cluster with a name, or without one the kind that a context is of.
func intoOf(name, context string) (Into, error) {
	var known []string
	for _, into := range Intos() {
		if name == into.Name || name == "" && into.matches(context) {
			return into, nil
		}
		known = append(known, into.Name)
	}
	what := fmt.Sprintf("images cannot be loaded into %q", name)
	if name == "" {
		what = fmt.Sprintf("the context %q does not say what kind of cluster it is", context)
	}
	return Into{}, fault.New(fault.Usage, what, "--into "+strings.Join(known, "|")+"; every other cluster pulls: sparkwiz images push REGISTRY")
}

// Load gives archives to a cluster that runs on this machine. into names its kind, or is empty to tell it from the
// context's name.
func Load(ctx context.Context, names []string, into, context string, observe progress.Observer) error {
	kind, err := intoOf(into, context)
	if err != nil {
		return err
	}
	chosen, err := Archives(names)
	if err != nil {
		return err
	}
	program, err := kind.find()
	if err != nil {
		return err
	}
	if !kind.matches(context) {
		context = "" // It is another cluster's; the kind's own default is meant.
	}
	var faults []error
	for _, c := range chosen {
		step := newStep("load/"+c.Name, c.Reference, observe)
		step.say("into " + kind.Name)
		out, err := exec.CommandContext(ctx, program, kind.args(context, c.Archive.Path)...).CombinedOutput()
		switch {
		case ctx.Err() != nil:
			step.end(progress.Failed, "interrupted", "")
			return fault.New(fault.Interrupted, "loading was interrupted; what is loaded stays", "")
		case err != nil:
			last := lastLine(out)
			step.end(progress.Failed, last, "")
			faults = append(faults, fault.Wrap(err, fault.Failed, c.Reference+" cannot be loaded: "+last, ""))
		default:
			step.end(progress.Done, "", "")
		}
	}
	return errors.Join(faults...)
}

func lastLine(out []byte) string {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return string(lines[len(lines)-1])
}
