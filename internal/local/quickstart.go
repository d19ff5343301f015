package local

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// Source is the checkout that a quick start builds from: the one this program
// was built in.
func Source() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(filepath.Dir(self))
	if _, err := os.Stat(filepath.Join(dir, "images", "build.sh")); err != nil {
		return "", fault.New(fault.Failed, "a quick start builds the sandbox and the images from a checkout of sparkwiz, and "+dir+" is none", "make quickstart")
	}
	return dir, nil
}

// Build builds what a platform on this machine needs, side by side: the
// sandbox's Kubernetes keeps the processors busy, the images the network.
func Build(ctx context.Context, source string, images []string, observe progress.Observer) error {
	phases := []phase{
		{"build/sandbox", "Build Kubernetes for the sandbox", []string{filepath.Join(source, "sandbox", "build.sh"), filepath.Join(source, "bin"), "real"}, 12 * time.Minute},
		{"build/images", "Build the images", buildImages(source, images), 9 * time.Minute},
	}
	all, ctx := errgroup.WithContext(ctx)
	for _, p := range phases {
		all.Go(func() error { return p.run(ctx, observe) })
	}
	return all.Wait()
}

// buildImages is the command that builds images by their names.
func buildImages(source string, images []string) []string {
	argv := []string{filepath.Join(source, "images", "build.sh")}
	for _, name := range images {
		argv = append(argv, "--only", name)
	}
	return argv
}

// Up starts the sandbox with a real node and gives it the images. Those that
// the answers have added since the builds began are built now.
func Up(ctx context.Context, source string, images []string, observe progress.Observer) error {
	sandbox, err := Program("sparkwiz-sandbox")
	if err != nil {
		return err
	}
	build := phase{"build/added", "Build the images that the answers add", buildImages(source, images), 9 * time.Minute}
	if err := build.run(ctx, observe); err != nil {
		return err
	}
	up := phase{"sandbox/up", "Start Kubernetes on this machine", []string{sandbox, "up", "--nodes", "real"}, 20 * time.Second}
	if err := up.run(ctx, observe); err != nil {
		return err
	}
	argv := []string{sandbox, "load"}
	for _, name := range images {
		argv = append(argv, filepath.Join(Archives(), name+".tar"))
	}
	load := phase{"sandbox/images", "Load the images", argv, 45 * time.Second}
	return load.run(ctx, observe)
}
