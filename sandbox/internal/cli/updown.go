package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/sandbox"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/shapes"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

func (o *options) up() *cobra.Command {
	var nodes, shapesFile string
	var port int
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the sandbox, or repair what died of it",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := o.sandbox()
			if err != nil {
				return err
			}
			options := sandbox.Options{Name: o.name, Nodes: state.Nodes(nodes)}
			if n := options.Nodes; n != "" && n != state.Simulated && n != state.Real {
				return report.UsageError{Message: fmt.Sprintf("--nodes %q: simulated or real", nodes)}
			}
			if port < 0 || port > 65535 {
				return report.UsageError{Message: fmt.Sprintf("--port %d: 0 (any free one) to 65535", port)}
			}
			if cmd.Flags().Changed("port") {
				options.Port = port
			}
			if port == 0 {
				options.Port = sandbox.AnyPort
			}
			if shapesFile != "" {
				if options.Shapes, err = shapes.Read(shapesFile); err != nil {
					return report.UsageError{Message: err.Error()}
				}
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			if err := s.Up(ctx, options); err != nil {
				return err
			}
			if o.output == "text" {
				fmt.Fprintf(o.stderr, "\nThe sandbox is up: %s\n  export KUBECONFIG=%s\n  kubectl get nodes\n", s.Config().Server(), s.Dir.Kubeconfig())
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&nodes, "nodes", "", "simulated (no root, no containers) or real (this machine); default: as before, or simulated")
	cmd.Flags().StringVar(&shapesFile, "shapes", "", "YAML file with the simulated nodes")
	cmd.Flags().IntVar(&port, "port", 6443, "port of the API; 0 takes a free one")
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Minute, "give up after this long")
	return cmd
}

func (o *options) down() *cobra.Command {
	var keepImages bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Stop the sandbox and remove everything it made",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			s, err := o.sandbox()
			if err != nil {
				return err
			}
			return s.Down(keepImages)
		},
	}
	cmd.Flags().BoolVar(&keepImages, "keep-images", false, "keep loaded images for the next up")
	return cmd
}
