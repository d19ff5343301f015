package e2e

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/remotecommand"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/host"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/image"
	"github.com/sparkwiz/sparkwiz/sandbox/internal/proc"
)

const testImage = "localhost/sandbox-test/web:1"

// TestReal runs pods on this machine, kills everything, and looks whether the
// machine is as it was before. It leaves another sandbox's node alone.
func TestReal(t *testing.T) {
	binDir(t)
	if missing := host.Node(); len(missing) > 0 {
		t.Skipf("no real node is possible here: %+v", missing)
	}
	owner, err := host.BridgeOwner()
	if err != nil {
		t.Fatal(err)
	}
	if owner != "" {
		t.Skipf("this machine is the real node of %s already (sparkwiz-sandbox down --state-dir %s)", owner, owner)
	}
	b := newBox(t)
	before := machine(t, b.dir)
	started := time.Now()
	b.must("up", "--nodes", "real", "--port", "0")
	t.Logf("up took %s", time.Since(started).Round(100*time.Millisecond))
	pids := b.pids()
	b.must("up")
	if again := b.pids(); !maps.Equal(pids, again) {
		t.Errorf("a second up changed processes:\n%v\n%v", pids, again)
	}
	load(t, b)
	for _, manifest := range []string{"claim.yaml", "service.yaml", "web.yaml"} {
		apply(t, b, manifest)
	}
	serves(t, b)
	looksInside(t, b)

	uid := podUID(t, b)
	b.kill("containerd", "kubelet", "kube-proxy", "coredns", "node")
	b.must("up")
	serves(t, b)
	if podUID(t, b) != uid || restarts(t, b) != 0 {
		t.Error("the pod did not live through the death of containerd and the kubelet")
	}

	b.kill() // With the bridge gone too it is as after a reboot.
	if link, err := netlink.LinkByName("spwz0"); err != nil || netlink.LinkDel(link) != nil {
		t.Fatalf("delete the bridge: %v", err)
	}
	b.must("up")
	serves(t, b)

	other := newBox(t)
	if out, code := other.run("up", "--nodes", "real"); code != 3 || !strings.Contains(out, b.dir) {
		t.Errorf("a second real node: exit %d, want 3 naming %s\n%s", code, b.dir, out)
	}
	takesOver(t, b, other)
	b.must("down")
	// The kernel removes a dead pod's end of its cable a moment later.
	eventually(t, 10*time.Second, "the machine is not as it was", func(context.Context) error {
		after := machine(t, b.dir)
		for _, kind := range slices.Sorted(maps.Keys(before)) {
			if before[kind] != after[kind] {
				return fmt.Errorf("%s differ\nbefore:\n%s\nafter:\n%s", kind, before[kind], after[kind])
			}
		}
		return nil
	})
}

// takesOver kills a sandbox as the end of a login session does: its bridge, rules and settings stay. The next one clears
// them away and comes up, and the dead one's own down no longer touches the machine.
func takesOver(t *testing.T, dead, next box) {
	t.Helper()
	dead.kill()
	containers, err := proc.Inside(filepath.Join(dead.dir, "containerd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range containers {
		if err := proc.Stop(p, 0); err != nil {
			t.Fatal(err)
		}
	}
	if out := next.must("up", "--nodes", "real", "--port", "0"); !strings.Contains(out, "of the dead sandbox in "+dead.dir) {
		t.Errorf("it does not say what it cleared away:\n%s", out)
	}
	pids := next.pids()
	if out := dead.must("down"); !strings.Contains(out, "another sandbox's by now") {
		t.Errorf("it does not say what it left alone:\n%s", out)
	}
	if link, err := netlink.LinkByName("spwz0"); err != nil || link.Attrs().Alias != next.dir {
		t.Errorf("the bridge of the living sandbox: %v", err)
	}
	if again := next.pids(); !maps.Equal(pids, again) {
		t.Errorf("the dead sandbox's down changed processes of the living one:\n%v\n%v", pids, again)
	}
	next.must("down")
}

// load makes an image of the test's program and loads it, the second time for nothing.
func load(t *testing.T, b box) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "web")
	build := exec.Command("go", "build", "-o", program, "./testdata/web")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	archive, err := image.Pause(program, testImage)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "web.tar")
	if err := os.WriteFile(path, archive, 0o644); err != nil {
		t.Fatal(err)
	}
	if out := b.must("load", path); strings.Contains(out, "already") {
		t.Errorf("the first load skipped the image: %s", out)
	}
	if out := b.must("load", path); !strings.Contains(out, "already there") {
		t.Errorf("the second load did not skip the image: %s", out)
	}
}

func apply(t *testing.T, b box, manifest string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", manifest))
	if err != nil {
		t.Fatal(err)
	}
	path := map[string]string{
		"claim.yaml":   "/api/v1/namespaces/default/persistentvolumeclaims/data",
		"service.yaml": "/api/v1/namespaces/default/services/web",
		"web.yaml":     "/apis/apps/v1/namespaces/default/statefulsets/web",
	}[manifest]
	if err := b.cluster().Apply(context.Background(), clusterObject(path, data)); err != nil {
		t.Fatal(err)
	}
}

// serves asks the pod, through its service's address, to fetch its own file by
// the service's name: service routing from the host and from a pod, DNS, and a
// volume that a pod without root has written.
func serves(t *testing.T, b box) {
	t.Helper()
	eventually(t, 90*time.Second, "the pod does not serve", func(ctx context.Context) error {
		service, err := b.cluster().CoreV1().Services("default").Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		body, err := fetch(ctx, "http://"+service.Spec.ClusterIP+"/get?url=http://web.default.svc.cluster.local/host")
		if err == nil && body != "web-0" {
			err = fmt.Errorf("the volume says %q, want web-0", body)
		}
		return err
	})
}

// looksInside reads the pod's log and runs a program in it.
func looksInside(t *testing.T, b box) {
	t.Helper()
	c, ctx := b.cluster(), context.Background()
	log, err := c.CoreV1().Pods("default").GetLogs("web-0", &corev1.PodLogOptions{}).DoRaw(ctx)
	if err != nil || !strings.Contains(string(log), "serving as user 1234") {
		t.Errorf("log: %q, %v", log, err)
	}
	rest, err := clientcmd.BuildConfigFromFlags("", filepath.Join(b.dir, "kubeconfig"))
	if err != nil {
		t.Fatal(err)
	}
	url := c.CoreV1().RESTClient().Post().Resource("pods").Namespace("default").Name("web-0").SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Command: []string{"/pause", "hello"}, Stdout: true}, scheme.ParameterCodec).URL()
	run, err := remotecommand.NewWebSocketExecutor(rest, "GET", url.String())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &out}); err != nil || out.String() != "exec says hello\n" {
		t.Errorf("exec: %q, %v", out.String(), err)
	}
}

func podUID(t *testing.T, b box) string {
	t.Helper()
	pod, err := b.cluster().CoreV1().Pods("default").Get(context.Background(), "web-0", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return string(pod.UID)
}

func restarts(t *testing.T, b box) int32 {
	t.Helper()
	pod, err := b.cluster().CoreV1().Pods("default").Get(context.Background(), "web-0", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return pod.Status.ContainerStatuses[0].RestartCount
}
