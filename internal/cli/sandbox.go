package cli

import (
	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/local"
)

// sandboxCommand hands over to the sandbox's own program, which is a module
// of its own so that this one stays small.
func (a *app) sandboxCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "sandbox up|down|status|logs",
		Short:              "A real Kubernetes on this machine, for first tries",
		Example:            "  sparkwiz sandbox up --nodes real\n  sparkwiz sandbox status\n  sparkwiz sandbox down",
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			code, err := local.Sandbox(cmd.Context(), args, a.console.In, a.console.Out, a.console.Err)
			if err != nil || code == 0 {
				return err
			}
			// The program has said what was wrong; only its exit code is passed on.
			kinds := map[int]fault.Kind{2: fault.Usage, 3: fault.Faults, 130: fault.Interrupted}
			return fault.Wrap(errSilent, kinds[code], "", "")
		},
	}
}
