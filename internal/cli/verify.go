package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/verify"
)

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Prove the platform with a real Spark query",
		Long: "Runs a Spark Connect client inside the cluster: a query on executors, an Iceberg table with time travel, and the application in the " +
			"History Server. What it made is deleted again.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, cluster, _, err := a.planned(cmd.Context())
			if err != nil {
				return err
			}
			// The report is the data here, so progress is for people whatever
			// the output.
			observe, stop := a.console.Plain(heartbeat)
			defer stop()
			report, err := verify.Run(cmd.Context(), cluster, p, observe)
			if err != nil {
				return err
			}
			return a.print(report, func(w io.Writer) { fmt.Fprintln(w, report) }, nil)
		},
	}
}
