// Package e2e runs the built programs: sandboxes are started, broken, repaired
// and taken down, and the machine is compared before and after.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/cluster"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/sandbox"
)

// binDir is where `make sandbox` puts the programs.
func binDir(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes: not with -short")
	}
	dir := os.Getenv("SPARKWIZ_BIN")
	if dir == "" {
		dir = "../../bin"
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sparkwiz-sandbox", "sparkwiz-sandbox-kube", "sparkwiz-sandbox-pause", "kwok"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Skipf("%v (build it with: make sandbox)", err)
		}
	}
	return dir
}

// box is a sandbox under test.
type box struct {
	t   *testing.T
	bin string
	dir string
}

// newBox gives a sandbox that does not run yet; the test's end takes it down.
func newBox(t *testing.T) box {
	t.Helper()
	b := box{t: t, bin: binDir(t), dir: filepath.Join(t.TempDir(), "state")}
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := b.run("logs")
			t.Logf("logs:\n%s", out)
		}
		if out, code := b.run("down"); code != 0 {
			t.Errorf("down: exit %d\n%s", code, out)
		}
	})
	return b
}

// run runs a command of the sandbox and gives its output and exit code.
func (b box) run(args ...string) (string, int) {
	b.t.Helper()
	cmd := exec.Command(filepath.Join(b.bin, "sparkwiz-sandbox"), append(args, "--state-dir", b.dir)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// must runs a command that has to succeed.
func (b box) must(args ...string) string {
	b.t.Helper()
	out, code := b.run(args...)
	if code != 0 {
		b.t.Fatalf("%s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

func (b box) status() sandbox.Status {
	b.t.Helper()
	out, _ := b.run("status", "-o", "json")
	var s sandbox.Status
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&s); err != nil {
		b.t.Fatalf("status: %v\n%s", err, out)
	}
	return s
}

func (b box) cluster() cluster.Cluster {
	b.t.Helper()
	c, err := cluster.Connect(filepath.Join(b.dir, "kubeconfig"))
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// processes lists what runs for the sandbox.
func (b box) processes() []proc.Process {
	b.t.Helper()
	ps, err := proc.Find(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	return ps
}

// pids maps the running components to their process ids.
func (b box) pids() map[string]int {
	b.t.Helper()
	pids := map[string]int{}
	for name, p := range proc.Leaders(b.processes()) {
		pids[name] = p.PID
	}
	return pids
}

// kill ends components without warning; with none named, every process.
func (b box) kill(components ...string) {
	b.t.Helper()
	wanted := map[string]bool{}
	for _, name := range components {
		wanted[name] = true
	}
	for _, p := range b.processes() {
		if len(components) == 0 || p.Leader && wanted[p.Component] {
			// One that another's death has ended meanwhile is as dead as wanted.
			if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				b.t.Fatal(err)
			}
			for proc.Alive(p) {
				time.Sleep(10 * time.Millisecond)
			}
		}
	}
}

// eventually waits until check gives no error.
func eventually(t *testing.T, patience time.Duration, what string, check func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := cluster.Until(ctx, what, check); err != nil {
		t.Fatal(err)
	}
}
