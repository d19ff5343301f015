package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/access"
	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/verify"
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
			if down := verify.Asleep(cmd.Context(), cluster, p, time.Now()); down != "" {
				fmt.Fprintln(a.console.Err, down+"; its address answers then")
			}
			observe, stop := a.console.Plain(heartbeat)
			defer stop()
			var faults []error
			opened := 0
			for _, r := range p.Releases {
				for _, d := range r.Doors {
					port := d.LocalPort()
					if anyPort {
						port = 0
					}
					address, err := access.Forward(cmd.Context(), cluster, p.Namespace, d.Service, d.Port, port, troubleOnly(observe))
					if err != nil {
						faults = append(faults, err)
						continue
					}
					opened++
					fmt.Fprintf(a.console.Out, "%-20s%s\n", d.Title, opening(d, address))
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

// opening is how a door is opened: its address, and where the token comes from
// when it asks for one. The name localhost matters: only there does a Connect
// client send a token over a connection without TLS.
func opening(d component.Door, address string) string {
	address = d.Scheme + "://" + strings.Replace(address, "127.0.0.1", "localhost", 1)
	if d.Secret == "" {
		return address
	}
	show := fmt.Sprintf("$(%s secrets show %s/%s)", self(), d.Secret, d.Key)
	if d.Scheme == "sc" {
		return address + "/;token=" + show
	}
	return address + "   with " + show
}

// troubleOnly keeps quiet about connections that work.
func troubleOnly(o progress.Observer) progress.Observer {
	return func(e progress.Event) {
		if e.Reason != "" {
			o(e)
		}
	}
}
