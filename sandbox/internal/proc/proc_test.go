package proc

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStartFindStop(t *testing.T) {
	dir := t.TempDir()
	exited := make(chan error, 1)
	// The child ignores the polite signal and has a child of its own.
	pid, err := Start(Command{
		Component: "stubborn", Dir: dir, Log: filepath.Join(dir, "log"), Exited: func(err error) { exited <- err },
		Args: []string{"/bin/sh", "-c", `trap "" TERM; echo hello; sleep 60 & wait; wait`},
	})
	if err != nil {
		t.Fatal(err)
	}
	var ps []Process
	for end := time.Now().Add(5 * time.Second); len(ps) < 2 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ps, err = Find(dir); err != nil {
			t.Fatal(err)
		}
	}
	if len(ps) != 2 {
		t.Fatalf("found %+v, want the shell and its sleep", ps)
	}
	leader := Leaders(ps)["stubborn"]
	if leader.PID != pid || len(Leaders(ps)) != 1 {
		t.Errorf("leaders %+v, want only %d", Leaders(ps), pid)
	}
	if age := time.Since(leader.Started); age < 0 || age > time.Minute {
		t.Errorf("started %s ago", age)
	}
	reused := leader
	reused.ticks++
	if Alive(reused) {
		t.Error("another process with the same id counts as alive")
	}
	if others, _ := Find(dir + "-other"); len(others) != 0 {
		t.Errorf("processes of another sandbox: %+v", others)
	}
	for _, p := range ps {
		if err := Stop(p, 50*time.Millisecond); err != nil {
			t.Error(err)
		}
	}
	if err := <-exited; !strings.Contains(err.Error(), "hello") {
		t.Errorf("the exit does not quote the log: %v", err)
	}
	if left, _ := Find(dir); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestStartMissingProgram(t *testing.T) {
	dir := t.TempDir()
	if _, err := Start(Command{Component: "none", Dir: dir, Log: filepath.Join(dir, "log"), Args: []string{"/no/such/program"}}); err == nil {
		t.Error("no error")
	}
}
