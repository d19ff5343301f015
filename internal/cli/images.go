package cli

import (
	"slices"

	"github.com/spf13/cobra"

	sources "github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/images"
)

func (a *app) imagesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "images",
		Short: "The container images of the platform: build them, push them to your registry, load them",
		Long: "Clusters pull the images from the registry that the answer images.registry names. `build` makes archives of them on this machine, " +
			"`push` copies the archives into a registry, and `load` gives them to a cluster on this machine that needs no registry.\n\n" +
			"Without names, build, push and load take the images that are built by default.",
		Example: "  sparkwiz images list\n  sparkwiz images build\n  sparkwiz images push registry.example.com/mirror\n  sparkwiz images load --into kind",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// As for the program's own commands: a word that is near enough is suggested.
		SuggestionsMinimumDistance: 2,
	}
	build, push, load, sbom := a.imagesBuildCommand(), a.imagesPushCommand(), a.imagesLoadCommand(), a.imagesBomCommand()
	for _, c := range []*cobra.Command{build, push, load, sbom} {
		c.ValidArgsFunction = completeImages
	}
	cmd.AddCommand(a.imagesListCommand(), build, push, load, sbom)
	return cmd
}

// completeImages offers names of images to the shell.
func completeImages(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, err := sources.All()
	if err != nil || cmd.Name() == "push" && len(args) == 0 || cmd.Name() == "sbom" && len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, image := range all {
		if !slices.Contains(args, image.Name) {
			names = append(names, cobra.CompletionWithDesc(image.Name, image.Reference))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) imagesBuildCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "build [NAME…]",
		Short: "Build the images that are not up to date, as archives in the cache",
		Long: "Builds with Docker, Podman or Buildah, whichever works first, from pinned parts with checksums. Official images are pulled. " +
			"Everything that comes out is in ~/.cache/sparkwiz/images; a second run changes nothing.",
		Example: "  sparkwiz images build\n  sparkwiz images build spark-4.1-rapids",
		RunE: func(cmd *cobra.Command, args []string) error {
			return images.Build(cmd.Context(), args, a.console.Err)
		},
	}
}

func (a *app) imagesPushCommand() *cobra.Command {
	var insecure, standIns bool
	cmd := &cobra.Command{
		Use:   "push REGISTRY [NAME…]",
		Short: "Copy archives into your registry, under the names that the charts ask for",
		Long: "The registry may have a path, registry.example.com/mirror. Credentials are those that `docker login` has stored. An image that is there " +
			"already is not sent again. Afterwards: --set images.registry=REGISTRY. Where there is a workspace, lock.yaml notes the digest of each.",
		Example: "  sparkwiz images push registry.example.com/mirror\n  sparkwiz images push localhost:5000 spark-4.1",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fault.New(fault.Usage, "name the registry", "sparkwiz images push registry.example.com/mirror")
			}
			observe, stop := a.observer()
			defer stop()
			lock, path, err := a.imageLock()
			if err != nil {
				return err
			}
			o := images.PushOptions{
				Registry: args[0], Names: args[1:], Insecure: insecure, StandIns: standIns,
				Pushed: func(reference, digest string) { lock.Images[reference] = digest },
			}
			err = images.Push(cmd.Context(), o, observe)
			if len(lock.Images) > 0 {
				a.saveLock(lock, path)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&insecure, "insecure", false, "use plain HTTP or an unknown certificate; localhost needs no flag for HTTP")
	cmd.Flags().BoolVar(&standIns, "stand-ins", false, "also push the images that take an official one's place in tests")
	return cmd
}

// imageLock is the lock of the environment that the answers are for. Pushing
// needs no answers; then it is kept nowhere.
func (a *app) imageLock() (lock chartstore.Lock, path string, err error) {
	answers, err := a.answers()
	if err != nil {
		return lock, "", err
	}
	path = a.lockFile(answers.Spec.Environment)
	lock, err = chartstore.LoadLock(path)
	return lock, path, err
}

func (a *app) imagesLoadCommand() *cobra.Command {
	var into string
	cmd := &cobra.Command{
		Use:     "load [NAME…]",
		Short:   "Give archives to a cluster on this machine: the sandbox, kind or Docker Desktop",
		Example: "  sparkwiz images load --context kind-dev\n  sparkwiz images load --into sandbox spark-4.1",
		RunE: func(cmd *cobra.Command, args []string) error {
			context, err := a.loadContext()
			if err != nil {
				return err
			}
			observe, stop := a.observer()
			defer stop()
			return images.Load(cmd.Context(), args, into, context, observe)
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "sandbox, kind or docker; the context's name tells it otherwise")
	return cmd
}

// loadContext is the context that the answers name, or else the current one.
func (a *app) loadContext() (string, error) {
	answers, err := a.answers()
	if err != nil || answers.Spec.Cluster.Context != "" {
		return answers.Spec.Cluster.Context, err
	}
	all, err := a.contexts()
	for _, c := range all {
		if c.Current {
			return c.Name, err
		}
	}
	return "", err
}
