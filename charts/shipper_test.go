package charts

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rclone stands in for the real one, which the end-to-end test runs: it copies below $EVENT_LOGS what its filter names,
// and fails as long as there is a file "down".
const rclone = `#!/bin/sh
[ ! -e "$HOME/down" ] || exit 1
verb=$1 filter=$3 from=$4 to=$5
mkdir -p "$to"
[ "$verb" = copy ] || rm -f "$to"/$filter
cp "$from"/$filter "$to"
`

// The sidecar's script is run as the pod runs it. What Spark has closed leaves the pod's disk once it is in the bucket,
// never before; what Spark wrote last arrives although the script is told to stop.
func TestEventLogsAreShipped(t *testing.T) {
	home := t.TempDir()
	logs, bucket := filepath.Join(home, "logs"), filepath.Join(home, "bucket")
	application := filepath.Join(logs, "eventlog_v2_app")
	write(t, filepath.Join(home, "bin", "rclone"), rclone)
	write(t, filepath.Join(home, "down"), "")
	for _, name := range []string{"events_9_app.zstd", "events_10_app.zstd", "appstatus_app.inprogress"} {
		write(t, filepath.Join(application, name), name)
	}

	script := ""
	for _, c := range pods(t, "spark-4.1", nil)["spark-41-connect"].Spec.InitContainers {
		if c.Name == "event-log-shipper" {
			script = c.Args[0]
		}
	}
	script = strings.Replace(script, "/var/log/spark-events", logs, 1)
	script = strings.Replace(script, "sleep 10", "sleep 0.1", 1)
	sidecar := exec.Command("sh", "-euc", script)
	sidecar.Env = []string{"HOME=" + home, "EVENT_LOGS=" + bucket, "PATH=" + filepath.Join(home, "bin") + ":" + os.Getenv("PATH")}
	if err := sidecar.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sidecar.Process.Kill() }()

	time.Sleep(500 * time.Millisecond)
	expect(t, "the store is down", application, "appstatus_app.inprogress", "events_10_app.zstd", "events_9_app.zstd")
	if err := os.Remove(filepath.Join(home, "down")); err != nil {
		t.Fatal(err)
	}
	shipped := filepath.Join(bucket, "eventlog_v2_app")
	for range 100 {
		if len(list(application)) == 2 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	expect(t, "file 9 is closed", application, "appstatus_app.inprogress", "events_10_app.zstd")
	expect(t, "the store is up", shipped, "appstatus_app.inprogress", "events_10_app.zstd", "events_9_app.zstd")

	write(t, filepath.Join(application, "events_10_app.zstd"), "the end")
	if err := os.Rename(filepath.Join(application, "appstatus_app.inprogress"), filepath.Join(application, "appstatus_app")); err != nil {
		t.Fatal(err)
	}
	if err := sidecar.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := sidecar.Wait(); err != nil {
		t.Fatalf("the sidecar ended badly: %v", err)
	}
	expect(t, "Spark has ended", shipped, "appstatus_app", "events_10_app.zstd", "events_9_app.zstd")
	if last, err := os.ReadFile(filepath.Join(shipped, "events_10_app.zstd")); err != nil || string(last) != "the end" {
		t.Errorf("the last events are %q (%v)", last, err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

func list(directory string) []string {
	entries, _ := os.ReadDir(directory)
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func expect(t *testing.T, when, directory string, want ...string) {
	t.Helper()
	if got := list(directory); !slices.Equal(got, want) {
		t.Errorf("when %s, %s holds %v, not %v", when, filepath.Base(filepath.Dir(directory)), got, want)
	}
}
