package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

func (a *app) planCommand() *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:     "plan",
		Short:   "Show what would be installed, in which order, and whether it fits",
		Example: "  sparkwiz plan -f answers.yaml\n  sparkwiz plan --offline -o yaml",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, f, err := a.planOffline(cmd.Context(), offline)
			if err != nil {
				return err
			}
			return a.print(p, func(w io.Writer) { writePlan(w, p, f) }, func(w io.Writer) { writePlanMarkdown(w, p) })
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "do not look at the cluster")
	return cmd
}

// planOffline plans, with a look at the cluster unless there is to be none.
func (a *app) planOffline(ctx context.Context, offline bool) (plan.Plan, facts.Facts, error) {
	if !offline {
		p, _, f, err := a.planned(ctx)
		return p, f, err
	}
	answers, err := a.complete()
	if err != nil {
		return plan.Plan{}, facts.Facts{}, err
	}
	p, err := plan.Make(answers.Spec, facts.Facts{})
	return p, facts.Facts{}, err
}

// print writes data to stdout in the form that was asked for.
func (a *app) print(v any, text, markdown func(io.Writer)) error {
	switch a.flags.output {
	case "text":
		text(a.console.Out)
	case "json":
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(a.console.Out, string(data))
	case "yaml":
		data, err := yaml.Marshal(v)
		if err != nil {
			return err
		}
		fmt.Fprint(a.console.Out, string(data))
	case "md":
		if markdown != nil {
			markdown(a.console.Out)
			return nil
		}
		fallthrough
	default:
		return fault.New(fault.Usage, fmt.Sprintf("unknown output %q", a.flags.output), "-o text, -o json or -o yaml")
	}
	return nil
}
