package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/creack/pty"
)

// firstFrame starts the wizard in a terminal of 80 × 24 and waits for its
// whole first screen: the key line at the bottom is the last that is drawn.
// Nobody answers the terminal's queries, which is the slowest terminal there
// is.
func (p *platform) firstFrame(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.options.sparkwiz, "-w", p.dir)
	cmd.Env = p.environment()
	start := time.Now()
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		return 0, err
	}
	defer terminal.Close()
	defer func() {
		cancel()
		_ = cmd.Wait() // Killed, which is what it will say.
	}()
	var seen []byte
	for buffer := make([]byte, 1<<16); ; {
		n, err := terminal.Read(buffer)
		seen = append(seen, buffer[:n]...)
		if bytes.Contains(seen, []byte("sparkwiz")) && bytes.Contains(seen, []byte("ctrl+c")) {
			return time.Since(start), nil
		}
		if err != nil {
			return 0, errors.Join(fmt.Errorf("the wizard ended before its first frame: %q", seen), err)
		}
	}
}
