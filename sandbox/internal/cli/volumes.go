package cli

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/cluster"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/volumes"
)

// provideVolumes is a component of the sandbox, started by up.
func (o *options) provideVolumes() *cobra.Command {
	var kubeconfig, root string
	cmd := &cobra.Command{
		Use:    "provide-volumes",
		Hidden: true,
		Args:   args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := cluster.Connect(kubeconfig)
			if err != nil {
				return err
			}
			abs, err := filepath.Abs(root)
			if err != nil {
				return err
			}
			return volumes.Serve(cmd.Context(), c, abs)
		},
	}
	cmd.Flags().StringVar(&kubeconfig, "kubeconfig", "", "of the API server")
	cmd.Flags().StringVar(&root, "root", "", "where the volumes' directories are made")
	return cmd
}
