package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const faultAnnotation = "sandbox.sparkwiz.dev/fault"

func TestSimulated(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	out := b.must("up", "--nodes", "simulated", "--port", "0", "-o", "json")
	var last struct{ Event, Kubeconfig, Server string }
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatalf("last event: %v\n%s", err, out)
	}
	if last.Event != "ready" || last.Kubeconfig != filepath.Join(b.dir, "kubeconfig") || !strings.HasPrefix(last.Server, "https://127.0.0.1:") {
		t.Errorf("last event: %+v", last)
	}
	if info, err := os.Stat(last.Kubeconfig); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("kubeconfig: %v, %v; want mode 0600", info, err)
	}
	if s := b.status(); !s.Healthy || s.NodesReady != 6 {
		t.Fatalf("status: %+v", s)
	}
	before := b.pids()
	b.must("up")
	if after := b.pids(); !maps.Equal(before, after) {
		t.Errorf("a second up changed processes:\n%v\n%v", before, after)
	}
	t.Run("workloads", func(t *testing.T) { workloads(t, b) })
	t.Run("repair", func(t *testing.T) { repair(t, b) })
	t.Run("earlier", func(t *testing.T) { earlier(t, b) })
	t.Run("usage", func(t *testing.T) { usage(t, b) })
	b.must("down")
	if left := b.processes(); len(left) > 0 {
		t.Errorf("processes left: %+v", left)
	}
	if _, err := os.Stat(b.dir); !os.IsNotExist(err) {
		t.Errorf("state directory left: %v", err)
	}
	b.must("down")
	if _, code := b.run("status"); code != 1 {
		t.Errorf("status of no sandbox: exit %d, want 1", code)
	}
}

// workloads checks that pods do what a real cluster's, or their script, would.
func workloads(t *testing.T, b box) {
	t.Helper()
	c, ctx := b.cluster(), context.Background()
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "data"}, Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
	}}
	if _, err := c.CoreV1().PersistentVolumeClaims("default").Create(ctx, claim, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	spec := corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "any"}}}
	for _, row := range []struct{ name, fault string }{{"completes", ""}, {"fails", "JobFails"}} {
		job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: row.name}, Spec: batchv1.JobSpec{
			BackoffLimit: new(int32), Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{faultAnnotation: row.fault}}, Spec: spec},
		}}
		if _, err := c.BatchV1().Jobs("default").Create(ctx, job, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	rows := []struct{ fault, want string }{
		{"", "Running ready"},
		{"SlowStart=1s", "Running ready"},
		{"ImagePullBackOff", "Pending ImagePullBackOff"},
		{"CreateContainerConfigError", "Pending CreateContainerConfigError"},
		{"CrashLoopBackOff", "Running CrashLoopBackOff Error"},
		{"OOMKilled", "Running CrashLoopBackOff OOMKilled"},
		{"NeverReady", "Running"},
	}
	for i, row := range rows {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pod-%d", i), Annotations: map[string]string{faultAnnotation: row.fault}}, Spec: spec}
		if i == 0 { // A claim gets its volume when a pod wants it.
			pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim.Name},
			}}}
		}
		if _, err := c.CoreV1().Pods("default").Create(ctx, pod, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for i, row := range rows {
		eventually(t, 30*time.Second, row.fault, func(ctx context.Context) error {
			pod, err := c.CoreV1().Pods("default").Get(ctx, fmt.Sprintf("pod-%d", i), metav1.GetOptions{})
			if err == nil && summary(pod) != row.want {
				err = fmt.Errorf("pod is %q, want %q", summary(pod), row.want)
			}
			return err
		})
	}
	eventually(t, 30*time.Second, "jobs and claim", func(ctx context.Context) error {
		good, err := c.BatchV1().Jobs("default").Get(ctx, "completes", metav1.GetOptions{})
		if err != nil {
			return err
		}
		bad, err := c.BatchV1().Jobs("default").Get(ctx, "fails", metav1.GetOptions{})
		if err != nil {
			return err
		}
		claim, err := c.CoreV1().PersistentVolumeClaims("default").Get(ctx, "data", metav1.GetOptions{})
		if err == nil && (good.Status.Succeeded != 1 || bad.Status.Failed != 1 || claim.Status.Phase != corev1.ClaimBound) {
			err = fmt.Errorf("completes: %+v\nfails: %+v\nclaim: %s", good.Status, bad.Status, claim.Status.Phase)
		}
		return err
	})
}

// summary is a pod's phase, why it waits, why it last ended, and readiness.
func summary(pod *corev1.Pod) string {
	s := string(pod.Status.Phase)
	for _, c := range pod.Status.ContainerStatuses {
		if c.State.Waiting != nil {
			s += " " + c.State.Waiting.Reason
		}
		if c.LastTerminationState.Terminated != nil {
			s += " " + c.LastTerminationState.Terminated.Reason
		}
		if c.Ready {
			s += " ready"
		}
	}
	return s
}

// repair kills components, alone and all at once, and brings them back.
func repair(t *testing.T, b box) {
	t.Helper()
	for _, killed := range [][]string{{"etcd"}, {"apiserver"}, {"controller-manager", "scheduler", "volumes"}, {"kwok"}, nil} {
		b.kill(killed...)
		if s := b.status(); s.Healthy {
			t.Errorf("healthy without %v", killed)
		}
		b.must("up")
		if s := b.status(); !s.Healthy || s.NodesReady != 6 {
			t.Fatalf("after %v were killed: %+v", killed, s)
		}
	}
	if _, err := b.cluster().CoreV1().Pods("default").Get(context.Background(), "pod-0", metav1.GetOptions{}); err != nil {
		t.Errorf("objects did not survive: %v", err)
	}
}

// earlier checks that what an earlier version left and nobody can change is no
// obstacle: its class of volumes bound claims at once.
func earlier(t *testing.T, b box) {
	t.Helper()
	classes, ctx := b.cluster().StorageV1().StorageClasses(), context.Background()
	class, err := classes.Get(ctx, "standard", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := classes.Delete(ctx, class.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	atOnce := storagev1.VolumeBindingImmediate
	theirs := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: class.Name}, Provisioner: class.Provisioner, VolumeBindingMode: &atOnce}
	if _, err := classes.Create(ctx, theirs, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	b.must("up")
	class, err = classes.Get(ctx, "standard", metav1.GetOptions{})
	if err != nil || *class.VolumeBindingMode != storagev1.VolumeBindingWaitForFirstConsumer {
		t.Errorf("class %+v, error %v", class, err)
	}
}

// usage checks the exit codes and that refusals change nothing.
func usage(t *testing.T, b box) {
	t.Helper()
	shapes := filepath.Join(t.TempDir(), "shapes.yaml")
	if err := os.WriteFile(shapes, []byte(`nodes: [{name: one, count: 1, cpu: lots, memory: 1Gi}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"up", "--nodes", "imaginary"}, 2, "simulated or real"},
		{[]string{"up", "--nodes", "real"}, 2, "has simulated nodes"},
		{[]string{"up", "--port", "1"}, 2, "has its API at port"},
		{[]string{"up", "--shapes", shapes}, 2, `"lots"`},
		{[]string{"up", "--nonsense"}, 2, "nonsense"},
		{[]string{"logs", "nonsense"}, 2, "apiserver"},
		{[]string{"load", "x.tar"}, 2, "simulated"},
	} {
		out, code := b.run(row.args...)
		if code != row.code || !strings.Contains(out, row.says) {
			t.Errorf("%v: exit %d, want %d with %q\n%s", row.args, code, row.code, row.says, out)
		}
	}
	if s := b.status(); !s.Healthy {
		t.Errorf("not healthy after refusals: %+v", s)
	}
}

// TestTakenPort lists the port as missing, with exit code 3, and starts nothing.
func TestTakenPort(t *testing.T) {
	t.Parallel()
	first, second := newBox(t), newBox(t)
	shapes := filepath.Join(t.TempDir(), "shapes.yaml")
	if err := os.WriteFile(shapes, []byte(`nodes: [{name: one, count: 2, cpu: "1", memory: 1Gi}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	first.must("up", "--port", "0", "--shapes", shapes)
	if s := first.status(); s.NodesReady != 2 {
		t.Errorf("nodes of the shapes file: %+v", s)
	}
	port := first.status().Server[strings.LastIndex(first.status().Server, ":")+1:]
	out, code := second.run("up", "--port", port)
	if code != 3 || !strings.Contains(out, "taken") {
		t.Errorf("taken port: exit %d, want 3\n%s", code, out)
	}
	if left := second.processes(); len(left) > 0 {
		t.Errorf("processes were started: %+v", left)
	}
}
