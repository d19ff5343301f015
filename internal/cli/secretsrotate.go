package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func oneSecret(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fault.New(fault.Usage, "name one secret as SECRET/KEY", "sparkwiz secrets   # lists them")
	}
	return nil
}

func (a *app) secretsRotateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rotate SECRET/KEY",
		Short: "Give one secret a new value, and start again what reads it",
		Long: "A generated value is made anew in the cluster. A sealed one is made, sealed into the file and applied. A store outside the cluster is " +
			"asked for what it has now: change it there first. Then everything that reads the secret starts again, one after the other in the order " +
			"of the install; Jobs run once more, because they set passwords in databases. What cannot be rotated is refused with the reason.",
		Example: "  sparkwiz secrets rotate spark-connect/token\n  sparkwiz secrets rotate postgresql-credentials/metastore-password",
		Args:    oneSecret,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onSecret(cmd.Context(), args[0], "Rotate "+args[0]+"? What reads it starts again.", a.rotate)
		},
	}
}

func (a *app) secretsRestartCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "restart SECRET/KEY",
		Short:   "Start again what reads a secret, after you have changed it",
		Example: "  sparkwiz secrets restart s3-credentials/secret-key",
		Args:    oneSecret,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onSecret(cmd.Context(), args[0], "Start again what reads "+args[0]+"?", a.restart)
		},
	}
}

// onSecret does something about one secret of a platform that is installed.
func (a *app) onSecret(ctx context.Context, name, question string, what func(context.Context, plan.Plan, *kube.Cluster, facts.Facts, secret.Ref) error) error {
	p, cluster, f, err := a.planned(ctx)
	if err != nil {
		return err
	}
	ref, err := refNamed(p, name)
	if err != nil {
		return err
	}
	if err := a.consent(question); err != nil {
		return err
	}
	return what(ctx, p, cluster, f, ref)
}

func (a *app) rotate(ctx context.Context, p plan.Plan, cluster *kube.Cluster, f facts.Facts, ref secret.Ref) error {
	observe, stop := a.observer()
	defer stop()
	o := options(p, cluster, f)
	if ref.From == spec.SealedSecrets && ref.Fixed == "" {
		if _, err := a.seal(ctx, p, []secret.Ref{ref}, ""); err != nil {
			return err
		}
		again, _, f, err := a.planned(ctx)
		if err != nil {
			return err
		}
		if o, err = a.optionsWithCharts(ctx, again, cluster, f); err != nil {
			return err
		}
		if err := deploy.Apply(ctx, o, observe); err != nil {
			return err
		}
	}
	changed, err := deploy.Rotate(ctx, o, ref, observe)
	if err != nil {
		return err
	}
	if !changed {
		return fault.New(fault.Failed, fmt.Sprintf("%s/%s is as it was: its store has no other value", ref.Secret, ref.Key), "sparkwiz secrets list -o yaml   # has the lines that change it")
	}
	return nil
}

func (a *app) restart(ctx context.Context, p plan.Plan, cluster *kube.Cluster, f facts.Facts, ref secret.Ref) error {
	observe, stop := a.observer()
	defer stop()
	return deploy.Restart(ctx, options(p, cluster, f), ref, observe)
}
