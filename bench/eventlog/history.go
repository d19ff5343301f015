package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// historyServer starts Spark's History Server over a directory with nothing but this log. What is measured starts when it lists
// the application, and ends when it has answered for its stages: to its advantage neither the start of the Java machine counts,
// nor what it reads for the list.
func historyServer(ctx context.Context, spark, log string) (cost, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp(filepath.Dir(log), "history")
	if err != nil {
		return cost{}, err
	}
	defer os.RemoveAll(dir)
	if err := os.Link(log, filepath.Join(dir, filepath.Base(log))); err != nil {
		return cost{}, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(spark, "bin", "spark-class"), "org.apache.spark.deploy.history.HistoryServer")
	cmd.Env = append(os.Environ(), "SPARK_HOME="+spark, "SPARK_DAEMON_MEMORY=4g", "SPARK_LOCAL_IP=127.0.0.1", "SPARK_HISTORY_OPTS="+strings.Join([]string{
		"-Dspark.history.fs.logDirectory=file:" + dir, "-Dspark.history.ui.port=" + port, "-Dspark.history.fs.update.interval=1s",
	}, " "))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	var start time.Time
	var before time.Duration
	stages, err := ask(ctx, "http://127.0.0.1:"+port+"/api/v1/applications", func() {
		start, before = time.Now(), processorTime(cmd.Process.Pid)
	})
	c := cost{wall: time.Since(start), cpu: processorTime(cmd.Process.Pid) - before}
	c.Says, c.Peak = fmt.Sprintf("%d stages", stages), peakMemory(cmd.Process.Pid)
	kill := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait() // It was killed.
	return c, errors.Join(err, kill)
}

// ask waits until the application is listed, says so, and asks for its stages.
func ask(ctx context.Context, url string, listed func()) (int, error) {
	for {
		var apps, stages []struct {
			ID string `json:"id"`
		}
		if err := get(ctx, url, &apps); err == nil && len(apps) > 0 {
			listed()
			return count(&stages, get(ctx, url+"/"+apps[0].ID+"/stages", &stages))
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func count[T any](list *[]T, err error) (int, error) { return len(*list), err }

func get(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return fmt.Errorf("the History Server says %s: %s", response.Status, text)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// processorTime is what a process has used so far; spark-class replaces itself by Java, so it is Java's.
func processorTime(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / 100 // USER_HZ
}

func peakMemory(pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10
		}
	}
	return 0
}
