package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// write makes docs/performance.md: what was measured, where and when.
func write(o options, results []result) error {
	var b bytes.Buffer
	b.WriteString("# Performance\n\nWritten by `make bench`; not to be edited. Both columns were measured in one run, in turns; the figures are medians of ")
	fmt.Fprintf(&b, "%d measurements each. A ratio above 1 means that sparkwiz is faster.\n\n", o.runs)
	fmt.Fprintf(&b, "%s, %s, load %s when the run ended, %s, Helm %s.\n\n", time.Now().UTC().Format(time.DateOnly), machine(), load(), runtime.Version(), helmVersion(o))
	b.WriteString("| what | sparkwiz | worst | target | compared with | that takes | ratio |\n| --- | ---: | ---: | ---: | --- | ---: | ---: |\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %.1f |\n", r.name, short(r.ours), short(r.worst), short(r.target), r.against, short(r.theirs), float64(r.theirs)/float64(r.ours))
	}
	ours, err := os.Stat(o.sparkwiz)
	if err != nil {
		return err
	}
	path, err := exec.LookPath(o.helm)
	if err != nil {
		return err
	}
	theirs, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nThe program has %.1f MB, charts included; Helm, built the same way, %.1f MB.\n", mega(ours), mega(theirs))
	if o.kubeconfig == "" {
		b.WriteString("\nThe apply was not measured: there was no cluster.\n")
	} else {
		b.WriteString("\nThe applies went to the sandbox's API server with simulated nodes.\n")
	}
	b.Write(eventLogs(o.out))
	tmp := o.out + ".tmp"
	if err := os.WriteFile(tmp, b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, o.out)
}

// eventLogs is the part of the page that bench/eventlog writes; it is kept.
func eventLogs(page string) []byte {
	old, err := os.ReadFile(page)
	if err != nil {
		return nil
	}
	const heading = "\n## Event logs\n"
	if i := bytes.Index(old, []byte(heading)); i >= 0 {
		return old[i:]
	}
	return nil
}

func mega(f os.FileInfo) float64 { return float64(f.Size()) / 1e6 }

// short writes a duration as people read it: 8.4 ms, 1.2 s.
func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.3g ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.3g s", d.Seconds())
}

func machine() string {
	model := runtime.GOARCH
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s, %s", runtime.NumCPU(), model, runtime.GOOS)
}

func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(data))[0]
}

func helmVersion(o options) string {
	out, err := exec.Command(o.helm, "version", "--short").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
