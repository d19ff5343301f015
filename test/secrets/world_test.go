// Package secrets_test runs the secret providers against a real API server.
// hack/secrets-test.sh builds what it needs and says where it is.
package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

// world is the API server, and a home directory of its own for sparkwiz.
type world struct {
	t          *testing.T
	kubeconfig string
	home       string
	config     *rest.Config
	client     kubernetes.Interface
	dynamic    dynamic.Interface

	mu  sync.Mutex
	out bytes.Buffer // everything that sparkwiz has said
	ran []string     // what was seen on command lines and in environments
}

// from is what hack/secrets-test.sh sets.
func from(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Skip(name + " is not set; hack/secrets-test.sh runs this test")
	}
	return value
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, kubeconfig: from(t, "SPARKWIZ_TEST_KUBECONFIG"), home: t.TempDir()}
	var err error
	if w.config, err = clientcmd.BuildConfigFromFlags("", w.kubeconfig); err != nil {
		t.Fatal(err)
	}
	w.config.QPS, w.config.Burst = 100, 200
	w.client = kubernetes.NewForConfigOrDie(w.config)
	w.dynamic = dynamic.NewForConfigOrDie(w.config)
	return w
}

// mapper knows the kinds that are served at this moment.
func (w *world) resource(o *unstructured.Unstructured) dynamic.ResourceInterface {
	w.t.Helper()
	kind := o.GroupVersionKind()
	m, err := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(w.client.Discovery())).RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		w.t.Fatal(err)
	}
	if m.Scope.Name() == "namespace" {
		return w.dynamic.Resource(m.Resource).Namespace(o.GetNamespace())
	}
	return w.dynamic.Resource(m.Resource)
}

// documents reads the objects of a YAML file.
func documents(t *testing.T, path string) []*unstructured.Unstructured {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []*unstructured.Unstructured
	d := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := d.Decode(&o.Object); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(o.Object) > 0 {
			all = append(all, o)
		}
	}
}

// sparkwiz runs the program with some lines on stdin.
func (w *world) sparkwiz(stdin string, args ...string) (string, error) {
	return w.command(stdin, from(w.t, "SPARKWIZ_BIN"), args...)
}

// command runs a program with some lines on stdin, in the home directory of
// this world. All that it says is remembered, and what anybody could read of
// it and of its children in /proc meanwhile.
func (w *world) command(stdin, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute) // A clean-up runs it too.
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = w.home
	cmd.Env = append(os.Environ(), "HOME="+w.home, "XDG_STATE_HOME="+filepath.Join(w.home, "state"), "XDG_CACHE_HOME="+filepath.Join(w.home, "cache"), "KUBECONFIG="+w.kubeconfig)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // A shell's children end with it.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	done := make(chan struct{})
	var watched sync.WaitGroup
	watched.Go(func() { w.watch(cmd.Process.Pid, done) })
	err := cmd.Wait()
	close(done)
	watched.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(&w.out, "$ %s %s\n%s\n", filepath.Base(name), strings.Join(args, " "), out.String())
	return out.String(), err
}

// watch reads the command lines and the environments of a process and of all
// that it starts.
func (w *world) watch(pid int, done chan struct{}) {
	for {
		for _, pid := range append(children(pid), pid) {
			for _, file := range []string{"cmdline", "environ"} {
				if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file)); err == nil {
					w.mu.Lock()
					if text := string(data); !slices.Contains(w.ran, text) {
						w.ran = append(w.ran, text)
					}
					w.mu.Unlock()
				}
			}
		}
		select {
		case <-done:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// children are the processes below one.
func children(pid int) []int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid))
	if err != nil {
		return nil
	}
	var all []int
	for word := range strings.FieldsSeq(string(data)) {
		if child, err := strconv.Atoi(word); err == nil {
			all = append(append(all, child), children(child)...)
		}
	}
	return all
}

// until tries again until it works, or fails the test.
func (w *world) until(what string, try func() error) {
	w.t.Helper()
	var err error
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	w.t.Fatalf("%s: %v", what, err)
}
