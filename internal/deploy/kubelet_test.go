package deploy

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"

	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// kubelet gives pods the status that a node would, so that the real
// controllers, the real scheduler and the engine see pods come up, or fail in
// the way a test asks for.
type kubelet struct {
	cluster *kube.Cluster

	mu      sync.Mutex
	missing map[string]string // image → message of the registry
	crashes map[string]bool   // namespaces where whatever starts crashes until its pod is replaced
	slow    map[string]bool   // namespaces whose pods stay pending
}

const bench = "bench"

func startKubelet(ctx context.Context, c *kube.Cluster) (*kubelet, error) {
	k := &kubelet{cluster: c, missing: map[string]string{}, crashes: map[string]bool{}, slow: map[string]bool{}}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: bench, Labels: map[string]string{"kubernetes.io/hostname": bench}}}
	if _, err := c.Client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return nil, err
	}
	if err := retry.RetryOnConflict(retry.DefaultBackoff, func() error { return k.beat(ctx) }); err != nil {
		return nil, err
	}
	if err := cordonOthers(ctx, c); err != nil {
		return nil, err
	}
	go func() {
		for n := 0; ctx.Err() == nil; n++ {
			if n%50 == 0 {
				_ = k.beat(ctx) // The next one comes in five seconds.
			}
			k.sync(ctx)
			time.Sleep(100 * time.Millisecond)
		}
	}()
	return k, nil
}

// cordonOthers leaves our node as the only one: on the sandbox's own simulated
// nodes every pod comes up.
func cordonOthers(ctx context.Context, c *kube.Cluster) error {
	nodes, err := c.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, n := range nodes.Items {
		if n.Name == bench {
			continue
		}
		if _, err := c.Client.CoreV1().Nodes().Patch(ctx, n.Name, types.MergePatchType, []byte(`{"spec":{"unschedulable":true}}`), metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// lose makes every image of a registry missing.
func (k *kubelet) lose(registry, message string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.missing[registry+"/"] = message
}

// crash makes what starts in a namespace crash. A pod in back-off stays there:
// that a kubelet would try it again takes minutes.
func (k *kubelet) crash(namespace string, yes bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.crashes[namespace] = yes
}

// hold keeps the pods of a namespace pending.
func (k *kubelet) hold(namespace string, yes bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.slow[namespace] = yes
}

// lost is what the registry says about an image it does not have.
func (k *kubelet) lost(image string) (string, bool) {
	for registry, message := range k.missing {
		if strings.HasPrefix(image, registry) {
			return message, true
		}
	}
	return "", false
}

// beat keeps the node ready.
func (k *kubelet) beat(ctx context.Context) error {
	nodes := k.cluster.Client.CoreV1().Nodes()
	node, err := nodes.Get(ctx, bench, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if len(node.Spec.Taints) > 0 {
		node.Spec.Taints = nil
		if node, err = nodes.Update(ctx, node, metav1.UpdateOptions{}); err != nil {
			return err
		}
	}
	room := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("64"), corev1.ResourceMemory: resource.MustParse("256Gi"), corev1.ResourcePods: resource.MustParse("500"),
	}
	node.Status.Capacity, node.Status.Allocatable = room, room
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "Scripted", LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now()}}
	_, err = nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{})
	return err
}

func (k *kubelet) sync(ctx context.Context) {
	pods, err := k.cluster.Client.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + bench})
	if err != nil {
		return // The API server restarts, or the test is over.
	}
	for _, p := range pods.Items {
		client := k.cluster.Client.CoreV1().Pods(p.Namespace)
		if p.DeletionTimestamp != nil {
			now := int64(0)
			_ = client.Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
			continue
		}
		if next, changed := k.next(p); changed {
			_, _ = client.UpdateStatus(ctx, &next, metav1.UpdateOptions{}) // Or at the next round.
		}
	}
}

// next is what a pod's status becomes.
func (k *kubelet) next(p corev1.Pod) (corev1.Pod, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p.Status.Phase == corev1.PodSucceeded || k.slow[p.Namespace] {
		return p, false
	}
	job := p.Spec.RestartPolicy != corev1.RestartPolicyAlways
	phase, ready := corev1.PodRunning, true
	var statuses []corev1.ContainerStatus
	for _, c := range p.Spec.Containers {
		s := corev1.ContainerStatus{Name: c.Name, Image: c.Image, Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
		if message, ok := k.lost(c.Image); ok {
			s.Ready, s.State = false, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: message}}
			phase, ready = corev1.PodPending, false
		} else if k.crashes[p.Namespace] || backsOff(p) {
			s.Ready, s.RestartCount = false, 4
			s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
			s.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 3, Reason: "Error"}
			ready = false
		} else if job {
			s.State, s.Ready = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed"}}, false
			phase, ready = corev1.PodSucceeded, false
		}
		statuses = append(statuses, s)
	}
	p.Status.InitContainerStatuses = nil
	for _, c := range p.Spec.InitContainers {
		s := corev1.ContainerStatus{Name: c.Name, Image: c.Image, Ready: true, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed"}}}
		if c.RestartPolicy != nil {
			s.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
		}
		p.Status.InitContainerStatuses = append(p.Status.InitContainerStatuses, s)
	}
	condition := corev1.ConditionFalse
	if ready {
		condition = corev1.ConditionTrue
	}
	if unchanged(p, phase, condition, statuses) {
		return p, false
	}
	p.Status.Phase, p.Status.ContainerStatuses = phase, statuses
	var conditions []corev1.PodCondition
	for _, c := range p.Status.Conditions {
		if c.Type != corev1.PodReady && c.Type != corev1.ContainersReady {
			conditions = append(conditions, c)
		}
	}
	for _, kind := range []corev1.PodConditionType{corev1.PodReady, corev1.ContainersReady} {
		conditions = append(conditions, corev1.PodCondition{Type: kind, Status: condition, LastTransitionTime: metav1.Now()})
	}
	p.Status.Conditions = conditions
	return p, true
}

func unchanged(p corev1.Pod, phase corev1.PodPhase, ready corev1.ConditionStatus, statuses []corev1.ContainerStatus) bool {
	short := func(all []corev1.ContainerStatus) string {
		var b strings.Builder
		for _, s := range all {
			reason := ""
			if s.State.Waiting != nil {
				reason = s.State.Waiting.Reason + s.State.Waiting.Message
			}
			fmt.Fprint(&b, s.Name, s.Ready, s.RestartCount, reason, ";")
		}
		return b.String()
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady {
			return p.Status.Phase == phase && c.Status == ready && short(p.Status.ContainerStatuses) == short(statuses)
		}
	}
	return false
}
