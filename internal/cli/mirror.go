package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/local"
	"github.com/sparkwiz/sparkwiz/internal/mirror"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// mirroring is what the flags of mirror say.
type mirroring struct {
	to, from, platform string
	all                bool
	parallel           int
}

func (a *app) mirrorCommand() *cobra.Command {
	var m mirroring
	cmd := &cobra.Command{
		Use:   "mirror",
		Short: "List, or copy, every chart and image of the platform, for clusters without a network",
		Long: "Without --to it lists what the platform of your answers needs. With it, everything is copied to a registry, or to a directory " +
			"that can be carried to where there is no network: an OCI image layout. From there --from takes it into a registry. What was copied " +
			"before is compared by digest and left alone, so the same command again goes on after Ctrl-C.\n\n" +
			"Images that no registry has are taken from those that were built on this machine. No cluster is needed.",
		Example: "  sparkwiz mirror -f answers.yaml\n" +
			"  sparkwiz mirror -f answers.yaml --to oci:./mirror\n" +
			"  sparkwiz mirror --from oci:./mirror --to registry.example.com/spark\n" +
			"  sparkwiz apply -f answers.yaml --set images.registry=registry.example.com/spark",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.mirror(cmd.Context(), m) },
	}
	f := cmd.Flags()
	f.StringVar(&m.to, "to", "", "registry.example.com/path or oci:DIR; without it everything is only listed")
	f.StringVar(&m.from, "from", "", "oci:DIR that was written before, instead of where things are published")
	f.StringVar(&m.platform, "platform", "", "os/architecture, e.g. linux/amd64; default all that an image is made for")
	f.BoolVar(&m.all, "all", false, "the whole catalogue of charts too, whatever the answers say")
	f.IntVar(&m.parallel, "parallel", 4, "how many are copied at the same time")
	return cmd
}

func (a *app) mirror(ctx context.Context, m mirroring) error {
	var items []mirror.Item
	var s spec.Spec
	var err error
	if m.from == "" {
		if items, s, err = a.needed(m.all); err != nil {
			return err
		}
	} else if m.to == "" || m.all {
		return fault.New(fault.Usage, "--from copies all that is there to a registry", "sparkwiz mirror --from "+m.from+" --to registry.example.com/spark")
	}
	if m.to == "" {
		return a.print(items, func(w io.Writer) { writeItems(w, items) }, nil)
	}
	lock, err := chartstore.LoadLock(a.lockFile(s.Environment))
	if err != nil {
		return err
	}
	for n, i := range items {
		if i.Kind == mirror.Chart && i.Digest == "" {
			items[n].Digest = lock.Charts[i.String()]
		}
	}
	observe, stop := a.observer()
	copied, err := mirror.Copy(ctx, mirror.Options{
		Items: items, From: m.from, To: m.to, Charts: a.chartStore("", false), Archives: local.ImageDir(), Platform: m.platform, Parallel: m.parallel,
	}, observe)
	stop()
	if m.from == "" {
		for _, c := range copied {
			if c.Kind == mirror.Chart {
				lock.Charts[c.String()] = c.Digest
			} else {
				lock.Images[c.Name] = c.Digest
			}
		}
		a.saveLock(lock, a.lockFile(s.Environment))
	}
	if err != nil {
		return err
	}
	if a.flags.output == "text" {
		fmt.Fprint(a.console.Err, next(m.to, len(copied)))
	}
	return nil
}

// needed is everything that the platform of the answers needs. --all needs no
// answers.
func (a *app) needed(all bool) ([]mirror.Item, spec.Spec, error) {
	list, read := mirror.List, a.complete
	if all {
		list, read = mirror.All, a.answers
	}
	answers, err := read()
	if err != nil {
		return nil, spec.Spec{}, err
	}
	marked := answers.Spec
	marked.Images.Registry = mirror.Marker
	p, err := plan.Make(marked, facts.Facts{})
	if err != nil {
		return nil, spec.Spec{}, err
	}
	items, err := list(p)
	return items, answers.Spec, err
}

func writeItems(out io.Writer, items []mirror.Item) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tNAME\tIN A MIRROR\tFOR")
	for _, i := range items {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", i.Kind, i, i.Place, i.For)
	}
	w.Flush()
}

// next says what to do with a mirror.
func next(to string, n int) string {
	text := fmt.Sprintf("\n%d charts and images are in %s. Next:\n", n, to)
	dir, ok := mirror.Directory(to)
	if !ok {
		return text + fmt.Sprintf("  %s apply --set images.registry=%s   # images and charts come from there\n", self(), to)
	}
	return text + fmt.Sprintf("  %s mirror --from oci:%s --to registry.example.com/spark   # where that registry can be reached\n", self(), dir)
}
