package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// ours reads a log as `sparkwiz size --from` does.
func ours(name string) (bytesRead int64, says string, err error) {
	debug.SetGCPercent(20)
	a, err := eventlog.Read(os.DirFS(filepath.Dir(name)), filepath.Base(name), eventlog.Options{})
	if err != nil {
		return 0, "", err
	}
	o := eventlog.Observe(&a)
	return a.Bytes, fmt.Sprintf("%d tasks, %d stages, %d jobs, run time %d s", o.Tasks, o.Stages, o.Jobs, o.ExecutorRunTimeMs/1000), nil
}

// limit is what no reader in Go can beat: the same decompression, and a search for the ends of lines.
func limit(name string) (bytesRead int64, says string, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	r, done, err := decoded(bufio.NewReaderSize(file, 64<<10))
	if err != nil {
		return 0, "", err
	}
	defer done()
	buf := make([]byte, 256<<10)
	lines := 0
	for {
		n, err := r.Read(buf)
		bytesRead += int64(n)
		lines += bytes.Count(buf[:n], []byte{'\n'})
		if err == io.EOF {
			return bytesRead, fmt.Sprintf("%d lines", lines), nil
		}
		if err != nil {
			return 0, "", err
		}
	}
}
