package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/report"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

func (o *options) status() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show what runs; exit code 1 when something does not",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := o.sandbox()
			if err != nil {
				return err
			}
			st, err := s.Status(cmd.Context())
			if err != nil {
				return err
			}
			if o.output == "json" {
				if err := json.NewEncoder(o.stdout).Encode(st); err != nil {
					return err
				}
			} else {
				fmt.Fprint(o.stdout, st.String())
			}
			if !st.Healthy {
				return errors.New("the sandbox is not healthy (repair it with: sparkwiz-sandbox up --state-dir " + string(s.Dir) + ")")
			}
			return nil
		},
	}
}

func (o *options) logs() *cobra.Command {
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs [COMPONENT]",
		Short: "Print a component's log, or the last lines of all",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, names []string) error {
			s, err := o.sandbox()
			if err != nil {
				return err
			}
			if err := s.Load(); err != nil {
				return err
			}
			var known []string
			for _, c := range s.Config().Components() {
				known = append(known, c.Name)
			}
			if len(names) == 0 {
				if follow {
					return report.UsageError{Message: "-f needs a component: " + strings.Join(known, ", ")}
				}
				for _, name := range known {
					fmt.Fprintf(o.stdout, "==> %s\n%s\n", name, proc.Tail(s.Dir.Log(name), 5))
				}
				return nil
			}
			for _, name := range known {
				if name == names[0] {
					return printLog(cmd.Context(), s.Dir, name, follow, o.stdout)
				}
			}
			return report.UsageError{Message: fmt.Sprintf("no component %q: %s", names[0], strings.Join(known, ", "))}
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on as the log grows")
	return cmd
}

func printLog(ctx context.Context, dir state.Dir, component string, follow bool, out io.Writer) error {
	f, err := os.Open(dir.Log(component))
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		if _, err := io.Copy(out, f); err != nil || !follow {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}
