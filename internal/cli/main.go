// Package cli is the command line: one file per command, the wiring between
// the packages, and the only place that knows exit codes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// exitCode is the contract with scripts; docs/exit-codes.md explains it.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	switch fault.KindOf(err) {
	case fault.Usage:
		return 2
	case fault.Faults:
		return 3
	case fault.Denied:
		return 4
	case fault.Busy:
		return 5
	case fault.Partial:
		return 6
	case fault.Interrupted:
		return 130
	case fault.Failed:
	}
	return 1
}

// Main runs one command line and returns its exit code.
func Main(args []string, c *console.Console) int {
	kube.Quiet(io.Discard)
	// The first signal asks the work to stop; then the handler is taken away,
	// so that a second one ends the process at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot(&app{console: c})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errSilent) {
		c.Error(err)
	}
	return exitCode(err)
}

// errSilent is for failures whose words have been printed already.
var errSilent = errors.New("")

// app is what every command shares.
type app struct {
	console *console.Console
	flags   flags
}

// flags are the common flags, with the same meaning in every command.
type flags struct {
	workspace   string
	environment string
	file        string
	preset      string
	set         []string
	output      string
	noInput     bool
	yes         bool
	kubeconfig  string
	context     string
	charts      string
	noTUI       bool
	accessible  bool
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "sparkwiz",
		Short: "A Spark platform on Kubernetes, from nothing to the first query",
		Long: "sparkwiz asks what the platform should be, shows what each answer means on your cluster, installs it as Helm releases and proves it " +
			"with a real Spark query.\n\nWithout a command it opens the wizard.",
		Example: "  sparkwiz                                     the wizard\n" +
			"  sparkwiz plan -f answers.yaml                what would be installed, and whether it fits\n" +
			"  sparkwiz apply -f answers.yaml --yes         install or change it\n" +
			"  sparkwiz verify                              prove it with a query",
		Args: noArgs,
		// Near enough for "did you mean": two letters.
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		CompletionOptions:          cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE:                       func(cmd *cobra.Command, _ []string) error { return a.wizard(cmd.Context()) },
	}
	f, p := &a.flags, root.PersistentFlags()
	p.StringVarP(&f.workspace, "workspace", "w", "platform", "directory that keeps answers and values, one environment beside the other")
	p.StringVarP(&f.environment, "environment", "e", "", "environment of the workspace; the only one there is, or dev")
	p.StringVarP(&f.file, "file", "f", "", "answers file to use instead of the workspace's; it is only read")
	p.StringVar(&f.preset, "preset", "", "answer with a preset what nothing else answers; sparkwiz presets lists them")
	p.StringArrayVar(&f.set, "set", nil, "answer a question, key=value; sparkwiz questions lists them")
	p.StringVarP(&f.output, "output", "o", "text", "text, json or yaml; plan also md, size also html")
	p.BoolVar(&f.noInput, "no-input", false, "never ask; fail and list what is missing")
	p.BoolVarP(&f.yes, "yes", "y", false, "go ahead without asking")
	p.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig file; default KUBECONFIG or ~/.kube/config")
	p.StringVar(&f.context, "context", "", "kubeconfig context, the same as --set cluster.context=…")
	p.StringVar(&f.charts, "charts", "", "take upstream charts from oci:DIR or oci://registry.example.com/spark/charts, and from nowhere else")
	p.BoolVar(&f.noTUI, "no-tui", false, "ask line by line instead of on a full screen")
	p.BoolVar(&f.accessible, "accessible", false, "line by line, for screen readers; also with ACCESSIBLE=1")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fault.New(fault.Usage, err.Error(), cmd.CommandPath()+" --help")
	})
	root.SetIn(a.console.In)
	root.SetOut(a.console.Out)
	root.SetErr(a.console.Err)
	root.AddCommand(
		a.planCommand(), a.renderCommand(), a.diffCommand(), a.applyCommand(), a.verifyCommand(), a.statusCommand(), a.uninstallCommand(),
		a.accessCommand(), a.secretsCommand(), a.imagesCommand(), a.mirrorCommand(), a.sandboxCommand(), a.quickstartCommand(), a.questionsCommand(), a.presetsCommand(),
		a.sizeCommand(), a.fleetWorkerCommand(), a.traceCommand(), a.compatCommand(), completionCommand(), manCommand(), docsCommand(), versionCommand(),
	)
	return root
}

// noArgs refuses words that no command takes, with the nearest command.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := cmd.CommandPath() + " --help"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = cmd.CommandPath() + " " + near[0]
	}
	return fault.New(fault.Usage, fmt.Sprintf("%s does not take %q", cmd.CommandPath(), args[0]), hint)
}
