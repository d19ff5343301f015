// Package cli is the command line of sparkwiz-sandbox. Its exit codes are a
// contract: 0 done, 1 failed, 2 wrong usage, 3 something is missing here.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/sandbox"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitMissing = 3
)

// options are the flags that all commands have.
type options struct {
	name, stateDir, output string
	stdout, stderr         io.Writer
}

// Main runs the command line and gives the exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := &options{stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:           "sparkwiz-sandbox",
		Short:         "A real Kubernetes on this machine, for trying and testing",
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return report.UsageError{Message: err.Error()} })
	root.PersistentFlags().StringVar(&o.name, "name", state.DefaultName, "name of the sandbox")
	root.PersistentFlags().StringVar(&o.stateDir, "state-dir", "", "where its state is kept (default $XDG_STATE_HOME/sparkwiz/sandbox)")
	root.PersistentFlags().StringVarP(&o.output, "output", "o", "text", "text or json")
	root.AddCommand(o.up(), o.down(), o.status(), o.logs(), o.load(), o.provideVolumes())
	err := root.ExecuteContext(ctx)
	return o.finish(err)
}

// finish reports an error in the form asked for and gives its exit code.
func (o *options) finish(err error) int {
	if err == nil {
		return exitOK
	}
	code, event := exitFailed, report.Event{Event: "error", Detail: err.Error()}
	var usage report.UsageError
	var missing report.MissingError
	switch {
	case errors.As(err, &usage):
		code = exitUsage
	case errors.As(err, &missing):
		code, event.Event, event.Missing = exitMissing, "missing", missing.Requirements
	}
	if o.output == "json" {
		_ = json.NewEncoder(o.stdout).Encode(event)
	} else {
		fmt.Fprintln(o.stderr, "sparkwiz-sandbox:", err)
	}
	return code
}

// sandbox opens the sandbox that the flags name.
func (o *options) sandbox() (*sandbox.Sandbox, error) {
	if o.output != "text" && o.output != "json" {
		return nil, report.UsageError{Message: fmt.Sprintf("--output %q: text or json", o.output)}
	}
	dir, err := state.Locate(o.name, o.stateDir)
	if err != nil {
		return nil, report.UsageError{Message: err.Error()}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return sandbox.New(dir, filepath.Dir(self), report.New(o.output == "json", o.stdout, o.stderr)), nil
}

// args makes a wrong number of arguments a wrong usage.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, a []string) error {
		if err := check(cmd, a); err != nil {
			return report.UsageError{Message: err.Error()}
		}
		return nil
	}
}
