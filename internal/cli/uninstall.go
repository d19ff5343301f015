package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func (a *app) uninstallCommand() *cobra.Command {
	var confirm, confirmCRDs string
	var purge, purgeCRDs bool
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Take the platform down; data stays unless --purge",
		Long: "Deletes the releases of the platform, in reverse order. Volumes and generated passwords stay, and are listed: with them a later " +
			"apply brings the platform back as it was. --purge deletes them and the namespace too.\n\n" +
			"CRDs stay in either case: with a CRD goes every object of its kind. --purge-crds deletes those that nobody else has objects of.",
		Example: "  sparkwiz uninstall\n  sparkwiz uninstall --purge --confirm=spark\n  sparkwiz uninstall --purge --purge-crds --confirm=spark --confirm-crds=spark",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, cluster, f, err := a.planned(cmd.Context())
			if err != nil {
				return err
			}
			if err := a.typed(p.Name, confirm, "to take it down", "--confirm"); err != nil {
				return err
			}
			if purgeCRDs {
				what := "once more, to delete its CRDs and all objects of their kinds"
				if err := a.typed(p.Name, confirmCRDs, what, "--confirm-crds"); err != nil {
					return err
				}
			}
			o := options(p, cluster, f)
			o.Purge, o.PurgeCRDs = purge, purgeCRDs
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
	cmd.Flags().StringVar(&confirmCRDs, "confirm-crds", "", "the platform's name again, for --purge-crds in scripts")
	cmd.Flags().BoolVar(&purge, "purge", false, "delete volumes, generated passwords and the namespace too")
	cmd.Flags().BoolVar(&purgeCRDs, "purge-crds", false, "delete the CRDs of operators that were installed, and what there is of their kinds")
	return cmd
}

// typed asks for the name of what is going to be destroyed. --yes is not
// enough: it is given too easily.
func (a *app) typed(name, confirm, what, flag string) error {
	if confirm == "" && !a.flags.noInput && a.console.InTTY {
		var err error
		if confirm, err = a.ask(fmt.Sprintf("Type the platform's name, %s, %s: ", name, what)); err != nil {
			return err
		}
	}
	if confirm == name {
		return nil
	}
	hint := fmt.Sprintf("pass %s=%s", flag, name)
	if confirm == "" {
		return fault.New(fault.Usage, "the platform's name must be typed "+what, hint)
	}
	return fault.New(fault.Usage, fmt.Sprintf("%q is not the platform's name; nothing was changed", confirm), hint)
}
