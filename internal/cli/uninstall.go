package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func (a *app) uninstallCommand() *cobra.Command {
	var confirm string
	var purge bool
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Take the platform down; data stays unless --purge",
		Long: "Deletes the releases of the platform, in reverse order. Volumes and generated passwords stay, and are listed: with them a later " +
			"apply brings the platform back as it was. --purge deletes them and the namespace too.",
		Example: "  sparkwiz uninstall\n  sparkwiz uninstall --purge --confirm=spark",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, cluster, f, err := a.planned(cmd.Context())
			if err != nil {
				return err
			}
			if err := a.typed(p.Name, confirm); err != nil {
				return err
			}
			o := options(p, cluster, f)
			o.Purge = purge
			observe, stop := a.observer()
			defer stop()
			left, err := deploy.Uninstall(cmd.Context(), o, observe)
			if err != nil {
				return err
			}
			for _, what := range left {
				fmt.Fprintln(a.console.Out, "stays:", what)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&confirm, "confirm", "", "the platform's name, for scripts")
	cmd.Flags().BoolVar(&purge, "purge", false, "delete volumes, generated passwords and the namespace too")
	return cmd
}

// typed asks for the name of what is going to be destroyed. --yes is not
// enough: it is given too easily.
func (a *app) typed(name, confirm string) error {
	if confirm == "" && !a.flags.noInput && a.console.InTTY {
		var err error
		if confirm, err = a.ask(fmt.Sprintf("Type the platform's name, %s, to take it down: ", name)); err != nil {
			return err
		}
	}
	if confirm == name {
		return nil
	}
	if confirm == "" {
		return fault.New(fault.Usage, "an uninstall must be confirmed with the platform's name", "pass --confirm="+name)
	}
	return fault.New(fault.Usage, fmt.Sprintf("%q is not the platform's name; nothing was changed", confirm), "pass --confirm="+name)
}
