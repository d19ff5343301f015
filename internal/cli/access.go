package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/access"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

func (a *app) accessCommand() *cobra.Command {
	var anyPort bool
	cmd := &cobra.Command{
		Use:   "access",
		Short: "Reach the platform from this machine: Spark Connect, its UI, the History Server",
		Long: "Serves the platform's doors on 127.0.0.1 until Ctrl-C, also when the pods behind them are replaced. Each address is printed as " +
			"soon as it listens.",
		Example: "  sparkwiz access\n  sparkwiz access --any-port   # where the usual ports are taken",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, cluster, _, err := a.planned(cmd.Context())
			if err != nil {
				return err
			}
			observe, stop := a.console.Plain(heartbeat)
			defer stop()
			var faults []error
			opened := 0
			for _, r := range p.Releases {
				for _, d := range r.Doors {
					port := d.Port
					if anyPort {
						port = 0
					}
					address, err := access.Forward(cmd.Context(), cluster, p.Namespace, d.Service, d.Port, port, troubleOnly(observe))
					if err != nil {
						faults = append(faults, err)
						continue
					}
					opened++
					fmt.Fprintf(a.console.Out, "%-16s%s://%s\n", d.Title, d.Scheme, address)
				}
			}
			if opened == 0 {
				return errors.Join(faults...)
			}
			for _, err := range faults {
				a.console.Error(err)
			}
			<-cmd.Context().Done()
			return fault.Wrap(errSilent, fault.Interrupted, "", "")
		},
	}
	cmd.Flags().BoolVar(&anyPort, "any-port", false, "pick free ports instead of the usual ones")
	return cmd
}

// troubleOnly keeps quiet about connections that work.
func troubleOnly(o progress.Observer) progress.Observer {
	return func(e progress.Event) {
		if e.Reason != "" {
			o(e)
		}
	}
}
