package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// phase is one program to run, told as a step.
type phase struct {
	step   string
	title  string
	argv   []string
	expect time.Duration // on two quiet cores with nothing built
}

// run runs the program and reports its last line as what it is doing. The
// whole output goes to a log file, whose end is the evidence of a failure.
func (p phase) run(ctx context.Context, observe progress.Observer) error {
	start := time.Now()
	event := progress.Event{Step: p.step, Title: p.title, State: progress.Running, Expect: p.expect}
	report := func(state progress.State, reason, hint string) {
		event.Time, event.State, event.Reason, event.Hint = time.Now(), state, reason, hint
		if state.Ended() {
			event.Took = time.Since(start)
		}
		observe(event)
	}
	report(progress.Running, "", "")
	path, last, err := p.logged(ctx, func(line string) { report(progress.Running, line, "") })
	if err == nil {
		report(progress.Done, "", "")
		return nil
	}
	if ctx.Err() != nil {
		report(progress.Failed, "interrupted", "")
		return fault.New(fault.Interrupted, p.title+": interrupted", "")
	}
	hint := "less " + path
	report(progress.Failed, last, hint)
	return fault.Wrap(err, fault.Failed, fmt.Sprintf("%s failed; its last lines:\n%s", p.title, last), hint)
}

// logged runs the program with its output in a log file and each line, at
// most four a second, told to say. It returns the log's path and last lines.
func (p phase) logged(ctx context.Context, say func(string)) (path, last string, err error) {
	path = filepath.Join(LogDir(), strings.ReplaceAll(p.step, "/", "-")+".log")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return path, "", err
	}
	log, err := os.Create(path)
	if err != nil {
		return path, "", err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, p.argv[0], p.argv[1:]...)
	// A process group of its own: Ctrl-C is for sparkwiz, which ends the whole
	// group when the work is to stop.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	var tail []string
	var told time.Time
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(reader)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			line := strings.TrimSpace(lines.Text())
			fmt.Fprintln(log, line)
			if line == "" {
				continue
			}
			if tail = append(tail, line); len(tail) > 8 {
				tail = tail[1:]
			}
			if time.Since(told) > 250*time.Millisecond {
				told = time.Now()
				say(line)
			}
		}
		_, _ = io.Copy(io.Discard, reader) // A line too long must not stop the program.
	}()
	err = cmd.Run()
	err = errors.Join(err, writer.Close())
	<-done
	return path, strings.Join(tail, "\n"), err
}
