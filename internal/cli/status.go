package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show where every part of the platform stands",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, cluster, f, err := a.planned(cmd.Context())
			if err != nil {
				return err
			}
			o, err := a.optionsWithCharts(cmd.Context(), p, cluster, f)
			if err != nil {
				return err
			}
			steps, err := deploy.Status(cmd.Context(), o)
			if err != nil {
				return err
			}
			return a.print(steps, func(w io.Writer) {
				t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				for _, s := range steps {
					fmt.Fprintf(t, "%s\t%s\t%s\n", s.Step, s.State, s.Reason)
				}
				t.Flush()
			}, nil)
		},
	}
}
