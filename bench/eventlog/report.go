package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// heading starts the part of the page that is written here; what is before it belongs to the other bench.
const heading = "\n## Event logs\n"

// write puts the table into the page.
func write(out string, runs int, rows []row) error {
	page, err := os.ReadFile(out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	before, _, _ := bytes.Cut(page, []byte(heading))
	b := bytes.NewBuffer(bytes.Clone(before))
	load, _ := os.ReadFile("/proc/loadavg")
	load, _, _ = bytes.Cut(load, []byte(" "))
	fmt.Fprintf(b, `%s
Written by `+"`make bench-eventlog`"+`. Logs are made of the lines of real ones, each copy with IDs of its own. Everybody reads in a process of
its own, in turns; the figures are medians of %d by processor time (user and system of all threads, so that other work on the
machine weighs little), memory is the highest peak. "The limit" decompresses the same file and looks for the ends of its lines, in
Go. Spark's History Server is measured from when it lists the application until it has answered for its stages, without its start
and with a heap of up to 4 GiB. "Allowed" is 64 MiB and 32 bytes for each task. The target is half of the limit. Plain logs miss it: without anything to decompress
the limit is a copy from the page cache, at several GB/s, and no disk or bucket delivers that.

%s, %d × %s, load %s when the run ended, %s.

| log | tasks | MiB/s of a core | the limit | share of the limit | History Server | times faster | memory | allowed | its memory |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
`, heading, runs, time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOARCH, load, runtime.Version())
	for _, r := range rows {
		var tasks int64
		if _, err := fmt.Sscan(r.ours.Says, &tasks); err != nil {
			return err
		}
		history, times, memory := "-", "-", "-"
		if r.history.cpu > 0 {
			history, times = fmt.Sprintf("%.1f", r.history.rate()), fmt.Sprintf("%.0f", r.ours.rate()/r.history.rate())
			memory = fmt.Sprintf("%d MiB", r.history.Peak>>20)
		}
		fmt.Fprintf(b, "| %s | %d | %.0f | %.0f | %.2f | %s | %s | %d MiB | %d MiB | %s |\n", r.what, tasks, r.ours.rate(), r.limit.rate(),
			r.ours.rate()/r.limit.rate(), history, times, r.ours.Peak>>20, 64+tasks*32>>20, memory)
	}
	tmp := out + ".tmp"
	if err := os.WriteFile(tmp, []byte(strings.TrimLeft(b.String(), "\n")), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, out)
}

// compress packs a log as Spark does: zstd of level 1.
func compress(name string) (string, error) {
	in, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.Create(name + ".zstd")
	if err != nil {
		return "", err
	}
	defer out.Close()
	w := bufio.NewWriterSize(out, 1<<20)
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(512<<10))
	if err != nil {
		return "", err
	}
	_, err = io.Copy(z, in)
	return name + ".zstd", errors.Join(err, z.Close(), w.Flush(), out.Close())
}
