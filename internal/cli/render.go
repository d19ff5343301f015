package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

func (a *app) renderCommand() *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:   "render [RELEASE…]",
		Short: "Print the manifests of every release, or of those that are named; nothing is sent anywhere",
		Long: "Prints the manifests in the order in which they are applied. The name ours stands for every release whose chart comes with " +
			"sparkwiz, so that nothing has to be fetched.",
		Example: "  sparkwiz render -f answers.yaml --offline > platform.yaml\n  sparkwiz render spark-41\n  sparkwiz render ours --offline",
		RunE: func(cmd *cobra.Command, names []string) error {
			p, f, err := a.planOffline(cmd.Context(), offline)
			if err != nil {
				return err
			}
			if p.Releases, err = chosen(p.Releases, names); err != nil {
				return err
			}
			charts, err := a.charts(cmd.Context(), p, offline)
			if err != nil {
				return err
			}
			for _, r := range p.Releases {
				out, err := charts.Render(r, f.Version)
				if err != nil {
					return err
				}
				writeRendered(a.console.Out, r, out)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "do not look at the cluster, and take charts from the cache only")
	return cmd
}

// ours stands for the releases whose charts come with sparkwiz.
const ours = "ours"

// chosen are the releases with these names, all of them without any names.
func chosen(all []plan.Release, names []string) ([]plan.Release, error) {
	if len(names) == 0 {
		return all, nil
	}
	var found []plan.Release
	missing, known := slices.Clone(names), []string{ours}
	for _, r := range all {
		known = append(known, r.Name)
		if slices.Contains(names, r.Name) || slices.Contains(names, ours) && r.Upstream == nil {
			found = append(found, r)
		}
	}
	missing = slices.DeleteFunc(missing, func(name string) bool { return slices.Contains(known, name) })
	if len(missing) > 0 {
		return nil, fault.New(fault.Usage, "the plan has no release "+strings.Join(missing, ", "), "sparkwiz render "+strings.Join(known, "|"))
	}
	return found, nil
}

// writeRendered prints a release in the order in which it is applied.
func writeRendered(out io.Writer, r plan.Release, rendered render.Rendered) {
	for _, part := range []struct{ title, manifest string }{{"CRDs of ", rendered.CRDs}, {"hooks of ", rendered.Hooks}, {"", rendered.Manifest}} {
		if part.manifest != "" {
			fmt.Fprintf(out, "# %srelease %s\n%s", part.title, r.Name, part.manifest)
		}
	}
}

func (a *app) diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff",
		Short: "Show what an apply would change on the cluster",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, cluster, f, err := a.planned(cmd.Context())
			if err != nil {
				return err
			}
			o, err := a.optionsWithCharts(cmd.Context(), p, cluster, f)
			if err != nil {
				return err
			}
			changes, err := deploy.Diff(cmd.Context(), o)
			if err != nil {
				return err
			}
			return a.print(changes, func(w io.Writer) {
				for _, c := range changes {
					fmt.Fprintln(w, c)
				}
			}, nil)
		},
	}
}

// writeWorkspace keeps the answers and the full values of every release, so
// that the directory can be read, reviewed and kept in git.
func (a *app) writeWorkspace(p plan.Plan) (string, error) {
	path := a.answersFile(p.Environment)
	if err := p.Spec.Save(path); err != nil {
		return "", err
	}
	for _, r := range p.Releases {
		data, err := yaml.Marshal(r.Values)
		if err != nil {
			return "", err
		}
		if err := writeFile(filepath.Join(filepath.Dir(path), r.Name, "values.yaml"), data); err != nil {
			return "", err
		}
	}
	return path, nil
}

// writeFile replaces a file as a whole.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
