package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	sources "github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/local"
)

// Build builds the named images, or the default ones, as far as they are not up to date. What build.sh says goes to out.
func Build(ctx context.Context, names []string, out io.Writer) error {
	if _, err := Select(names); err != nil {
		return err
	}
	dir, err := sourceDir()
	if err != nil {
		return err
	}
	var args []string
	for _, name := range names {
		args = append(args, "--only", name)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "build.sh"), args...)
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.Env, err = environ(names); err != nil {
		return err
	}
	// A process group of its own, so that stopping ends the builder too and not only the script.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	err = cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fault.New(fault.Interrupted, "building was interrupted; what is finished stays", "sparkwiz images build "+strings.Join(names, " "))
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		// The script has said why, with the line to paste.
		return fault.New(fault.Failed, fmt.Sprintf("the images are not built (build.sh ended with %d)", exit.ExitCode()), "")
	}
	return fault.Wrap(err, fault.Failed, "the images cannot be built", "")
}

// sourceDir is the directory of build.sh: that of the checkout this program was built in, so that changes there count, or
// one that is written from what the program carries.
func sourceDir() (string, error) {
	if checkout, err := local.Source(); err == nil {
		return filepath.Join(checkout, "images"), nil
	}
	return unpack(filepath.Join(local.CacheHome(), "image-sources"))
}

// unpack writes the sources into a directory named by their hash, once. A directory is renamed into its place when it is
// complete, so that none is ever half there.
func unpack(parent string) (string, error) {
	sum := sha256.New()
	err := walk(func(path string, data []byte) error {
		fmt.Fprintf(sum, "%s %d\n", path, len(data))
		_, err := sum.Write(data)
		return err
	})
	if err != nil {
		return "", err
	}
	dir := filepath.Join(parent, hex.EncodeToString(sum.Sum(nil))[:16])
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	temporary, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temporary)
	err = walk(func(path string, data []byte) error {
		at := filepath.Join(temporary, filepath.FromSlash(path))
		mode := fs.FileMode(0o644)
		// Embedded files have lost their modes; what runs says so in its first two bytes.
		if strings.HasPrefix(string(data), "#!") {
			mode = 0o755
		}
		return errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, data, mode))
	})
	if err != nil {
		return "", fault.Wrap(err, fault.Failed, "the sources of the images cannot be written", "df -h "+parent)
	}
	// Images are built by root and run as somebody else: what is copied into them must be readable.
	if err := os.Chmod(temporary, 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(temporary, dir); err != nil {
		// Another process was quicker, with the same bytes.
		if _, there := os.Stat(dir); there == nil {
			return dir, nil
		}
		return "", err
	}
	return dir, nil
}

func walk(visit func(path string, data []byte) error) error {
	return fs.WalkDir(sources.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := sources.FS.ReadFile(path)
		if err != nil {
			return err
		}
		return visit(path, data)
	})
}
