package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/bom"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/images"
)

func (a *app) imagesBomCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sbom NAME",
		Short: "List what is in an image: packages of the distribution and of Python, jars, Go modules",
		Long: "Reads the archive that `images build` has made. -o text prints a table, -o json (or cyclonedx) a CycloneDX bill of materials, which " +
			"scanners such as Trivy, Grype and Dependency-Track take.",
		Example: "  sparkwiz images sbom airflow -o json > airflow.cdx.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.New(fault.Usage, "name one image", "sparkwiz images list")
			}
			return a.imagesBom(args[0])
		},
	}
}

func (a *app) imagesBom(name string) error {
	chosen, err := images.Archives([]string{name})
	if err != nil {
		return err
	}
	image, err := chosen[0].Archive.Open()
	if err != nil {
		return err
	}
	b, err := bom.Of(image, chosen[0].Reference, version)
	if err != nil {
		return fault.Wrap(err, fault.Failed, "the contents of "+name+" cannot be listed", "sparkwiz images build "+name)
	}
	switch a.flags.output {
	case "json", "cyclonedx":
		return bom.Write(a.console.Out, b)
	case "text":
		var rows [][]string
		for _, c := range *b.Components {
			kind, _, _ := strings.Cut(strings.TrimPrefix(c.PackageURL, "pkg:"), "/")
			rows = append(rows, []string{cmp.Or(kind, string(c.Type)), strings.TrimPrefix(c.Group+"/"+c.Name, "/"), c.Version})
		}
		a.console.Table([]string{"KIND", "NAME", "VERSION"}, rows)
		return nil
	}
	return fault.New(fault.Usage, fmt.Sprintf("unknown output %q", a.flags.output), "-o text or -o json")
}
