package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// inStore is one entry that must exist in the store.
type inStore struct {
	Entry    string       `json:"entry"`
	Provider string       `json:"provider"`
	Holds    []secret.Ref `json:"holds"`
	Create   string       `json:"create"`
	Change   string       `json:"change,omitempty"`
}

func (a *app) secretsListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "What must be in the store outside the cluster, with the commands that put it there",
		Long: "Lists every entry that the provider's store must have, what it is for, and the line that makes it. The lines ask for the values; " +
			"none is on a command line, where everybody on the machine could read it.",
		Example: "  sparkwiz secrets list\n  sparkwiz secrets list -o json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, _, err := a.planOffline(cmd.Context(), true)
			if err != nil {
				return err
			}
			var all []inStore
			provider, ok := secret.Chosen(p.Spec)
			if ok {
				entries, holds := secret.Entries(provider, p.Spec, p.Secrets)
				for i, e := range entries {
					l := inStore{Entry: e.Name, Provider: provider.Name(), Holds: holds[i], Create: provider.Create(p.Spec, e), Change: provider.Change(p.Spec, e)}
					if p.Spec.Secrets.Provider != spec.SealedSecrets {
						l.Create, l.Change = a.entering(e)+" | "+l.Create, a.entering(e)+" | "+l.Change
					}
					all = append(all, l)
				}
			}
			return a.print(all, func(w io.Writer) {
				if !ok {
					fmt.Fprintln(w, "# Nothing: values are generated in the cluster. `sparkwiz secrets` names them, also those that you make.")
					return
				}
				for _, l := range all {
					var keys []string
					for _, r := range l.Holds {
						keys = append(keys, r.Key+" ("+r.Purpose+")")
					}
					fmt.Fprintf(w, "# %s: %s\n", l.Entry, strings.Join(keys, ", "))
					if p.Spec.Secrets.Provider != spec.SealedSecrets {
						fmt.Fprintln(w, l.Create)
					}
				}
				if p.Spec.Secrets.Provider == spec.SealedSecrets {
					fmt.Fprintln(w, provider.Create(p.Spec, secret.Entry{})+"   # asks for what only you know, and makes the rest")
				}
				if own := provider.Credentials(p.Spec.Secrets); len(own) > 0 {
					fmt.Fprintf(w, "# In the cluster, from you: Secret %s, which opens the store. `sparkwiz plan` checks that it is there.\n", own[0].Secret)
				}
			}, nil)
		},
	}
}
