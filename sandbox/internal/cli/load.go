package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

func (o *options) load() *cobra.Command {
	return &cobra.Command{
		Use:   "load ARCHIVE...",
		Short: "Import image archives (docker-archive, oci-archive) into the sandbox",
		Args:  args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, archives []string) error {
			s, err := o.sandbox()
			if err != nil {
				return err
			}
			if err := s.Load(); err != nil {
				return err
			}
			if s.State().Nodes != state.Real {
				return report.UsageError{Message: "simulated nodes run no containers: there is nothing to load images into"}
			}
			var errs []error
			for _, path := range archives {
				errs = append(errs, s.Report.Phase("load "+path, func() (string, error) {
					loaded, err := s.Images().Load(cmd.Context(), path)
					if err != nil {
						return "", err
					}
					return loaded.String(), nil
				}))
			}
			return errors.Join(errs...)
		},
	}
}
