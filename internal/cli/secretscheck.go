package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func (a *app) secretsCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Look whether the provider can fill the platform's secrets; writes nothing",
		Long: "Looks for the operator and its API, the store and what opens it, the identity and the sealing certificate. What could not be looked " +
			"at is unknown, never fine. Exit code 3 means that something was found wrong.",
		Example: "  sparkwiz secrets check",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, _, err := a.planOffline(cmd.Context(), true)
			if err != nil {
				return err
			}
			found, err := a.checkProvider(cmd.Context(), p.Spec)
			if err != nil {
				return err
			}
			if err := a.print(found, func(w io.Writer) { writeFindings(w, found) }, nil); err != nil {
				return err
			}
			if slices.ContainsFunc(found, func(f secret.Finding) bool { return f.State == secret.Failed }) {
				return fault.Wrap(errSilent, fault.Faults, "", "")
			}
			return nil
		},
	}
}

// checkProvider looks at the cluster of the answers.
func (a *app) checkProvider(ctx context.Context, s spec.Spec) ([]secret.Finding, error) {
	cluster, err := a.cluster(s.Cluster.Context)
	if err != nil {
		return nil, err
	}
	p, err := plan.Make(s, facts.Facts{})
	if err != nil {
		return nil, err
	}
	return deploy.CheckProvider(ctx, p, cluster), nil
}

// probe is the same for the wizard, a line for each finding.
func (a *app) probe(ctx context.Context, s spec.Spec) ([]string, error) {
	found, err := a.checkProvider(ctx, s)
	var text strings.Builder
	writeFindings(&text, found)
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n"), err
}

func writeFindings(w io.Writer, found []secret.Finding) {
	marks := map[secret.State]string{secret.OK: "✓", secret.Failed: "✗", secret.Unknown: "?", secret.Later: "…"}
	for _, f := range found {
		fmt.Fprintf(w, "%s %-12s %s\n", marks[f.State], f.Check, f.Says)
		if f.Hint != "" && f.State != secret.OK {
			fmt.Fprintf(w, "  try: %s\n", f.Hint)
		}
	}
}
