package kube

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestVitality looks at processes that run, that are stopped and that have
// been killed.
func TestVitality(t *testing.T) {
	if process(os.Getpid()) == "" {
		t.Skip("processes cannot be told apart without /proc")
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	h := Holder{Process: process(child.Process.Pid)}
	check := func(when string, want vitality) {
		t.Helper()
		if got := h.vitality(); got != want {
			t.Errorf("%s: %d, want %d", when, got, want)
		}
	}
	check("running", alive)
	if err := child.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	check("stopped", alive)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	check("killed, and not yet buried", dead)
	_ = child.Wait() // It was killed, and says so.
	check("killed", dead)
	h.Process = "another-boot/pid:[1]/1/1"
	check("on another machine", elsewhere)
	h.Process = ""
	check("of unknown whereabouts", elsewhere)
	if got := Self("me").vitality(); got != alive {
		t.Errorf("this process: %d", got)
	}
}
