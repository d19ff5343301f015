package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/assets"
	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// pools are nodes as the clouds make them: two that anything may run on, one
// that Karpenter bought on the spot market, one with two GPUs.
const pools = `nodes:
- {name: general, count: 2, cpu: "8", memory: 32Gi}
- name: spot
  count: 1
  cpu: "16"
  memory: 64Gi
  labels: {karpenter.sh/capacity-type: spot}
  taints: [{key: karpenter.sh/capacity-type, value: spot, effect: NoSchedule}]
- name: gpu
  count: 1
  cpu: "16"
  memory: 128Gi
  extended: {nvidia.com/gpu: "2"}
  labels: {nvidia.com/gpu.present: "true"}
  taints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]
`

// TestPools installs the presets that are about special nodes on a cluster
// that has such nodes: what is installed stays off them, executors come
// nowhere else, and where the nodes are missing the reason says so. Spark
// itself does not run on simulated nodes, so the executors are made here from
// the template that it would read.
func TestPools(t *testing.T) {
	c := simulated(t, pools)
	for _, tt := range []struct {
		preset, node string
		room         int    // executors that the pool has room for
		full         string // why one more stays pending
		warned       string // what the plan says then
	}{
		{"gpu", "gpu", 2, "1 × too little nvidia.com/gpu free", "no node here is one that spark-41-executor may run on: nvidia.com/gpu.present=true"},
		{"cost-optimized", "spot", 8, "1 × too little cpu free", "no node here is one that spark-41-executor may run on: karpenter.sh/capacity-type=spot"},
	} {
		t.Run(tt.preset, func(t *testing.T) {
			p := ofPreset(t, c, tt.preset)
			if w := p.Blocked(); len(w) > 0 {
				t.Fatalf("the plan does not fit the nodes that it is made for: %+v", w)
			}
			pods := c.Client.CoreV1().Pods(p.Namespace)
			clean(t, c, p)
			makeNamespace(t, c, p.Namespace, map[string]string{platformLabel: p.Name})
			keys := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "s3-credentials"}, StringData: map[string]string{"access-key": "a", "secret-key": "b"}}
			if _, err := c.Client.CoreV1().Secrets(p.Namespace).Create(t.Context(), keys, metav1.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			if _, err := apply(t, c, p, nil); err != nil {
				t.Fatal(err)
			}
			list, err := pods.List(t.Context(), metav1.ListOptions{})
			if err != nil || len(list.Items) == 0 {
				t.Fatal(len(list.Items), err)
			}
			for _, pod := range list.Items {
				if !strings.HasPrefix(pod.Spec.NodeName, "general") {
					t.Errorf("%s runs on %s", pod.Name, pod.Spec.NodeName)
				}
			}

			for n := range tt.room {
				name := executor(t, c, p, n)
				waitFor(t, name+" on a node", func() bool { return node(t, c, p.Namespace, name) != "" })
				if on := node(t, c, p.Namespace, name); !strings.HasPrefix(on, tt.node) {
					t.Errorf("%s runs on %s", name, on)
				}
			}
			if said := refusal(t, c, p.Namespace, executor(t, c, p, tt.room)); !strings.Contains(said, tt.full) {
				t.Errorf("one more than there is room for: %q, want %q", said, tt.full)
			}

			remove(t, c, tt.node)
			said := refusal(t, c, p.Namespace, executor(t, c, p, tt.room+1))
			if !strings.Contains(said, "2 × not matching its node selector") {
				t.Errorf("without the pool: %q", said)
			}
			if w := fmt.Sprint(ofPreset(t, c, tt.preset).Warnings); !strings.Contains(w, tt.warned) {
				t.Errorf("the plan does not say that the pool is missing: %s", w)
			}
		})
	}
}

// simulated starts a sandbox of the test's own.
func simulated(t *testing.T, shapes string) *kube.Cluster {
	t.Helper()
	program := filepath.Join("..", "..", "bin", "sparkwiz-sandbox")
	if given := os.Getenv("SPARKWIZ_SANDBOX"); given != "" {
		program = given
	}
	if _, err := os.Stat(program); err != nil || testing.Short() {
		t.Skipf("needs a sandbox (%v); make sandbox builds it", err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "shapes.yaml")
	if err := os.WriteFile(file, []byte(shapes), 0o600); err != nil {
		t.Fatal(err)
	}
	state := []string{"--name=pools-test", "--state-dir=" + filepath.Join(dir, "state")}
	t.Cleanup(func() {
		if out, err := exec.Command(program, append(state, "down")...).CombinedOutput(); err != nil {
			t.Errorf("sandbox down: %v\n%s", err, out)
		}
	})
	if out, err := exec.Command(program, append(state, "up", "--nodes=simulated", "--port=0", "--shapes="+file)...).CombinedOutput(); err != nil {
		t.Fatalf("the sandbox does not start: %v\n%s", err, out)
	}
	c, err := openFirst(filepath.Join(dir, "state", "kubeconfig"))
	if err != nil {
		t.Fatal(err)
	}
	// A node that has just come carries the taint of one that is not ready for
	// a moment.
	waitFor(t, "the nodes to be ready", func() bool {
		nodes, err := c.Client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
		return err == nil && !slices.ContainsFunc(nodes.Items, func(n corev1.Node) bool {
			return slices.ContainsFunc(n.Spec.Taints, func(taint corev1.Taint) bool { return taint.Key == corev1.TaintNodeNotReady })
		})
	})
	return c
}

// ofPreset is the plan of a preset for the cluster as it is now.
func ofPreset(t *testing.T, c *kube.Cluster, name string) plan.Plan {
	t.Helper()
	data, err := assets.Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	answers, _, err := spec.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	named("pools-" + name)(&answers)
	answers.Scaling.OfficeHours = false // KEDA is a chart that cannot be had without a network.
	f, err := c.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Make(answers, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// executor makes a pod as Spark would: from the template, with the image and
// the resources of the configuration.
func executor(t *testing.T, c *kube.Cluster, p plan.Plan, n int) string {
	t.Helper()
	maps := c.Client.CoreV1().ConfigMaps(p.Namespace)
	template, err := maps.Get(t.Context(), "spark-41-executor", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var pod corev1.Pod
	if err := yaml.UnmarshalStrict([]byte(template.Data["executor.yaml"]), &pod); err != nil {
		t.Fatal(err)
	}
	release := plannedRelease(t, p, "spark-41")
	asked := release.Pods[slices.IndexFunc(release.Pods, func(u component.Pod) bool { return u.Elastic })]
	pod.Name = fmt.Sprintf("executor-%d", n)
	main := &pod.Spec.Containers[0]
	main.Image = "docker.io/sparkwiz/spark:4.1.4"
	main.Resources.Requests = corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(asked.CPUMilli, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(asked.Memory, resource.BinarySI),
	}
	main.Resources.Limits = corev1.ResourceList{}
	for device, count := range asked.Extended {
		main.Resources.Limits[corev1.ResourceName(device)] = *resource.NewQuantity(count, resource.DecimalSI)
	}
	if _, err := c.Client.CoreV1().Pods(p.Namespace).Create(t.Context(), &pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return pod.Name
}

func node(t *testing.T, c *kube.Cluster, namespace, pod string) string {
	t.Helper()
	got, err := c.Client.CoreV1().Pods(namespace).Get(t.Context(), pod, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return got.Spec.NodeName
}

// refusal waits until the scheduler has given a pod up, and returns what
// sparkwiz says about it.
func refusal(t *testing.T, c *kube.Cluster, namespace, pod string) string {
	t.Helper()
	var said string
	waitFor(t, pod+" to be refused", func() bool {
		got, err := c.Client.CoreV1().Pods(namespace).Get(t.Context(), pod, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, condition := range got.Status.Conditions {
			if condition.Type == corev1.PodScheduled && condition.Reason == corev1.PodReasonUnschedulable {
				said = unschedulable(condition.Message)
			}
		}
		return said != ""
	})
	return said
}

// remove takes the nodes of a pool away, as an autoscaler does.
func remove(t *testing.T, c *kube.Cluster, pool string) {
	t.Helper()
	nodes, err := c.Client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes.Items {
		if !strings.HasPrefix(n.Name, pool) {
			continue
		}
		if err := c.Client.CoreV1().Nodes().Delete(t.Context(), n.Name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}
