package local

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Program finds a program of ours: beside this one, or on PATH.
func Program(name string) (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.New(fault.Failed, name+" is not built", "make sandbox")
	}
	return path, nil
}

// Sandbox runs the sandbox's own command line and returns its exit code.
func Sandbox(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (int, error) {
	path, err := Program("sparkwiz-sandbox")
	if err != nil {
		return 1, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errOut
	err = cmd.Run()
	if cmd.ProcessState != nil {
		return cmd.ProcessState.ExitCode(), nil
	}
	return 1, err
}
