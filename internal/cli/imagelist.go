package cli

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	sources "github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/images"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// imageLine is one line of `images list`.
type imageLine struct {
	sources.Image
	NeededBy []string        `json:"neededBy"`          // releases of the plan; empty also when there are no answers yet
	Archive  *images.Archive `json:"archive,omitempty"` // on this machine
}

func (a *app) imagesListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "Show every image, which releases need it, and whether there is an archive of it here",
		Example: "  sparkwiz images list -f answers.yaml\n  sparkwiz images list -o json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := a.imagesListed()
			if err != nil {
				return err
			}
			return a.print(all, func(io.Writer) { a.imagesTable(all) }, nil)
		},
	}
}

func (a *app) imagesListed() ([]imageLine, error) {
	all, err := sources.All()
	if err != nil {
		return nil, err
	}
	manifests, err := a.manifests()
	if err != nil {
		return nil, err
	}
	lines := make([]imageLine, len(all))
	for i, image := range all {
		lines[i] = imageLine{Image: image, NeededBy: neededBy(image, manifests)}
		archive, ok, err := images.Find(image.Name)
		if err != nil {
			return nil, err
		}
		if ok {
			lines[i].Archive = &archive
		}
	}
	return lines, nil
}

// manifest is a release as it will be installed.
type manifest struct{ release, text string }

// manifests are those of the planned releases; none while answers are missing, since then there is no plan.
func (a *app) manifests() ([]manifest, error) {
	answers, err := a.answers()
	if err != nil || len(answers.Missing()) > 0 {
		return nil, err
	}
	return manifestsOf(answers.Spec)
}

func manifestsOf(s spec.Spec) ([]manifest, error) {
	p, err := plan.Make(s, facts.Facts{})
	if err != nil {
		return nil, err
	}
	var all []manifest
	for _, r := range p.Releases {
		if r.Upstream != nil {
			continue // Its images are its makers', and its chart may not be here.
		}
		text, err := render.Manifest(r, "")
		if err != nil {
			return nil, err
		}
		all = append(all, manifest{r.Name, text})
	}
	return all, nil
}

// neededBy lists the releases that name an image. The registry is the answers' to choose; repository and tag name the
// image everywhere.
func neededBy(image sources.Image, manifests []manifest) []string {
	releases := []string{}
	_, named, _ := strings.Cut(image.Reference, "/")
	// Not the beginning of a longer tag.
	names := regexp.MustCompile("/" + regexp.QuoteMeta(named) + `(?:[^\w.-]|$)`)
	for _, m := range manifests {
		if names.MatchString(m.text) {
			releases = append(releases, m.release)
		}
	}
	return releases
}

// neededImages names the images that a platform is made of.
func neededImages(s spec.Spec) ([]string, error) {
	all, err := sources.All()
	if err != nil {
		return nil, err
	}
	manifests, err := manifestsOf(s)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, image := range all {
		if len(neededBy(image, manifests)) > 0 {
			names = append(names, image.Name)
		}
	}
	return names, nil
}

func (a *app) imagesTable(all []imageLine) {
	var rows [][]string
	for _, l := range all {
		archive, size := "–", ""
		if l.Archive != nil {
			id := strings.TrimPrefix(l.Archive.ID, "sha256:")
			archive, size = cmp.Or(l.Archive.Made, "archive")+" "+id[:min(12, len(id))], fmt.Sprintf("%d MB", l.Archive.Size/1e6)
		}
		rows = append(rows, []string{l.Name, l.Reference, l.Source, cmp.Or(strings.Join(l.NeededBy, " "), "–"), archive, size})
	}
	a.console.Table([]string{"NAME", "REFERENCE", "SOURCE", "NEEDED BY", "ARCHIVE", ">SIZE"}, rows)
}
