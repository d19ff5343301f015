package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sparkwiz/sparkwiz/internal/cli"
	"github.com/sparkwiz/sparkwiz/internal/console"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sparkwiz": func() { os.Exit(cli.Main(os.Args[1:], console.System())) },
	})
}

// TestScripts runs what users type. No script needs a cluster; those that do
// are in the end-to-end test.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("KUBECONFIG", filepath.Join(env.WorkDir, "kubeconfig"))
			takeTraces(env)
			scripts, err := filepath.Abs("../../scripts")
			env.Setenv("SCRIPTS", scripts)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "spans": spans},
	})
}

// exits runs sparkwiz and wants an exit code: exits 2 plan -f x.yaml.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits code args...")
	}
	err := ts.Exec("sparkwiz", args[1:]...)
	got := "0"
	if err != nil {
		// os/exec says "exit status N".
		got = filepath.Base(err.Error())
		if len(got) > len("exit status ") {
			got = got[len("exit status "):]
		}
	}
	if got != args[0] {
		ts.Fatalf("sparkwiz %v: exit %s, want %s", args[1:], got, args[0])
	}
}
