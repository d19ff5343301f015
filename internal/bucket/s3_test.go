package bucket_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// versitygw starts the S3 server of the platform's own store over a directory of the test's, and sets the environment that
// leads to it. images/build.sh leaves the program in the cache when it builds the image.
func versitygw(t *testing.T) (buckets string) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	program := filepath.Join(cache, "sparkwiz", "build", "bin", "versitygw")
	if _, err := os.Stat(program); err != nil {
		t.Skip("no versitygw here: images/build.sh --only versitygw builds it where no registry answers")
	}
	buckets = t.TempDir()
	if err := os.Mkdir(filepath.Join(buckets, "spark"), 0o755); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	var log bytes.Buffer
	server := exec.Command(program, "--port", address, "posix", "--nometa", buckets)
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY=reader", "ROOT_SECRET_KEY=correct-horse")
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if response, err := http.Get("http://" + address); err == nil { //nolint:noctx // It is this machine's.
			_ = response.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("versitygw does not answer: %s", &log)
		}
	}
	for key, value := range map[string]string{
		"AWS_ENDPOINT_URL_S3": "http://" + address, "AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "correct-horse", "AWS_REGION": "us-east-1",
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(key, value)
	}
	return buckets
}

func TestS3(t *testing.T) {
	buckets := versitygw(t)
	behaves(t, open(t, "s3a://spark/spark-events/"))
	if entries, err := os.ReadDir(filepath.Join(buckets, "spark", "spark-events")); err != nil || len(entries) == 0 {
		t.Errorf("the prefix was not used: %v", err)
	}

	// More than one page of a listing.
	many := open(t, "s3a://spark/many")
	for i := range 1100 {
		if err := os.MkdirAll(filepath.Join(buckets, "spark", "many"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(buckets, "spark", "many", fmt.Sprintf("app-%04d", i)), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	if err := many.List(t.Context(), "", func(bucket.Object) error { n++; return nil }); err != nil || n != 1100 {
		t.Errorf("%d objects of 1100, %v", n, err)
	}

	absent := open(t, "s3a://nowhere/spark-events")
	err := absent.List(t.Context(), "", func(bucket.Object) error { return nil })
	if err == nil || !strings.Contains(strings.Join(fault.Hints(err), " "), "s3a://nowhere/spark-events") {
		t.Errorf("a bucket that is not there: %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := absent.List(stopped, "", func(bucket.Object) error { return nil }); err == nil {
		t.Error("a listing goes on after it was cancelled")
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
	err = open(t, "s3a://spark/spark-events").List(t.Context(), "", func(bucket.Object) error { return nil })
	if err == nil || strings.Contains(err.Error(), "wrong-secret") || strings.Contains(err.Error(), "correct-horse") {
		t.Errorf("a wrong key: %v", err)
	}
	if fault.KindOf(err) != fault.Denied || len(fault.Hints(err)) == 0 {
		t.Errorf("a wrong key is of kind %v, hints %q", fault.KindOf(err), fault.Hints(err))
	}
}
