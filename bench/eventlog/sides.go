package main

import (
	"bufio"
	"fmt"
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
	// bufio.Scanner is how lines are read in Go.
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 256<<10), 64<<20)
	lines := 0
	for scanner.Scan() {
		lines++
		bytesRead += int64(len(scanner.Bytes())) + 1
	}
	return bytesRead, fmt.Sprintf("%d lines", lines), scanner.Err()
}
