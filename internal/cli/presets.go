package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/assets"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func (a *app) presetsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "presets [NAME]",
		Short: "List the answers files to begin with, or print one",
		Long: "A preset is an answers file that comes along. `--preset NAME` answers with it what no file and no --set answers; printed, it is the " +
			"beginning of a file of your own.",
		Example:   "  sparkwiz presets\n  sparkwiz presets everything > answers.yaml\n  sparkwiz plan --preset cost-optimized --context my-cluster",
		ValidArgs: assets.Presets(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fault.New(fault.Usage, "name one preset", cmd.CommandPath()+"   # lists them")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				data, err := preset(args[0])
				if err == nil {
					_, err = a.console.Out.Write(data)
				}
				return err
			}
			type line struct {
				Name  string `json:"name"`
				Title string `json:"title"`
			}
			var all []line
			for _, name := range assets.Presets() {
				data, err := preset(name)
				if err != nil {
					return err
				}
				all = append(all, line{name, title(data)})
			}
			return a.print(all, func(w io.Writer) {
				t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				for _, l := range all {
					fmt.Fprintf(t, "%s\t%s\n", l.Name, l.Title)
				}
				t.Flush()
			}, nil)
		},
	}
}

func preset(name string) ([]byte, error) {
	data, err := assets.Preset(name)
	if err != nil {
		return nil, fault.New(fault.Usage, err.Error(), self()+" presets")
	}
	return data, nil
}

// title is the first sentence of the comment that a preset begins with.
func title(data []byte) string {
	line, _, _ := strings.Cut(string(data), "\n")
	sentence, _, _ := strings.Cut(strings.TrimPrefix(line, "# "), ". ")
	return strings.TrimSuffix(sentence, ".")
}

// under answers with a preset what nobody has answered, and returns the keys
// that the answers file answers otherwise.
func under(answers *question.Answers, name string, origin question.Origin) ([]string, error) {
	data, err := preset(name)
	if err != nil {
		return nil, err
	}
	s, keys, err := spec.Parse(data)
	if err != nil {
		return nil, err
	}
	var otherwise []string
	for _, key := range keys {
		if q, known := question.Find(key); known && answers.Origin(key) == question.FromFile && q.Text(answers.Spec) != q.Text(s) {
			otherwise = append(otherwise, key)
		}
	}
	return otherwise, answers.Under(s, keys, origin)
}

// underNamed is under for --preset. Whoever names one in a directory with a
// platform may not know that the platform's own answers come first.
func (a *app) underNamed(answers *question.Answers, file string) error {
	otherwise, err := under(answers, a.flags.preset, question.FromPreset)
	if n := len(otherwise); n > 0 {
		const named = 3
		if n > named {
			otherwise = append(otherwise[:named], fmt.Sprintf("%d more", n-named))
		}
		fmt.Fprintf(a.console.Err, "%s comes before the preset %s, and answers otherwise: %s\n", file, a.flags.preset, strings.Join(otherwise, ", "))
	}
	return err
}
