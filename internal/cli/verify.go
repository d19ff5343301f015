package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/verify"
)

func (a *app) verifyCommand() *cobra.Command {
	var quick bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Prove the platform with real queries",
		Long: "Uses every component from inside the cluster, as people do: queries on executors, Iceberg tables with time travel, applications in the " +
			"History Server, notebooks, DAGs. What it made is deleted again. Outside prod it also takes an executor away in the middle of a query, and " +
			"in the end it waits until idle executors are given back. Outside office hours it tries nothing, and says when they begin.",
		Example: "  sparkwiz verify\n  sparkwiz verify --quick   # without what takes long",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, cluster, _, err := a.planned(cmd.Context())
			if err != nil {
				return err
			}
			// The report is the data here, so progress is for people whatever
			// the output.
			observe, stop := a.console.Plain(heartbeat)
			defer stop()
			report, err := verify.Run(cmd.Context(), cluster, p, quick, observe)
			if err != nil {
				return err
			}
			return a.print(report, func(w io.Writer) { fmt.Fprintln(w, report) }, nil)
		},
	}
	cmd.Flags().BoolVar(&quick, "quick", false, "leave out the steps that take long")
	return cmd
}
