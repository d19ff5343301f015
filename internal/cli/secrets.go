package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/secret"
)

func (a *app) secretsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "List the secrets of the platform, by name",
		Long: "Lists what passwords and tokens there are, what each is for and who makes it. Values are never shown here; `secrets show` prints the " +
			"one that you name.",
		Example: "  sparkwiz secrets\n  export SPARK_REMOTE=\"sc://localhost:15002/;token=$(sparkwiz secrets show spark-connect/token)\"",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, _, err := a.planOffline(cmd.Context(), true)
			if err != nil {
				return err
			}
			return a.print(p.Secrets, func(w io.Writer) {
				t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				for _, r := range p.Secrets {
					fmt.Fprintf(t, "%s/%s\t%s\t%s\n", r.Secret, r.Key, r.Purpose, maker(r))
				}
				t.Flush()
			}, nil)
		},
	}
	cmd.AddCommand(
		a.secretsShowCommand(), a.secretsListCommand(), a.secretsEnterCommand(), a.secretsSealCommand(),
		a.secretsRotateCommand(), a.secretsRestartCommand(), a.secretsCheckCommand(),
	)
	return cmd
}

func maker(r secret.Ref) string {
	if r.From != "" {
		return "from " + r.From
	}
	if r.Yours {
		return "you make it"
	}
	return "made in the cluster"
}

// secretsShowCommand prints one value, because somebody has to type or paste
// it: into a browser, or into a client's environment. It is the only place
// where a value leaves the cluster, and goes nowhere but to stdout.
func (a *app) secretsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show SECRET/KEY",
		Short: "Print one secret value to stdout",
		Long:  "Prints the value of one secret of this platform, without a newline, for a browser or for a client's environment.",
		Example: "  sparkwiz secrets show jupyter/token\n" +
			"  export SPARK_REMOTE=\"sc://localhost:15002/;token=$(sparkwiz secrets show spark-connect/token)\"",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || strings.Count(args[0], "/") != 1 {
				return fault.New(fault.Usage, "name one secret as SECRET/KEY", "sparkwiz secrets   # lists them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, _, err := a.planOffline(cmd.Context(), true)
			if err != nil {
				return err
			}
			name, key, _ := strings.Cut(args[0], "/")
			i := slices.IndexFunc(p.Secrets, func(r secret.Ref) bool { return r.Secret == name && r.Key == key })
			if i < 0 {
				return fault.New(fault.Usage, fmt.Sprintf("this platform has no secret %s", args[0]), "sparkwiz secrets   # lists them")
			}
			cluster, err := a.cluster(p.Context)
			if err != nil {
				return err
			}
			namespace := cmp.Or(p.Secrets[i].Namespace, p.Namespace)
			found, err := cluster.Client.CoreV1().Secrets(namespace).Get(cmd.Context(), name, metav1.GetOptions{})
			if apierrors.IsNotFound(err) || (err == nil && len(found.Data[key]) == 0) {
				return fault.New(fault.Failed, fmt.Sprintf("%s is not in namespace %s yet", args[0], namespace), "sparkwiz apply")
			}
			if err != nil {
				return cluster.Trouble(err)
			}
			_, err = a.console.Out.Write(found.Data[key])
			return err
		},
	}
}
