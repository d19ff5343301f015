package verify

import (
	"context"
	"io"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// sight is one look at a running proof. Everything that is decided is decided
// from the latest sight, so a lost connection costs nothing but time.
type sight struct {
	job       *batchv1.Job
	pod       *corev1.Pod // the client's; nil before there is one
	log       string      // all that the client printed so far
	executors []corev1.Pod
	events    []corev1.Event // asked for only while something waits
}

// look makes a handful of short calls. Reading the whole log each time is
// cheap, for it has a line per step, and needs no stream that could stall.
func look(ctx context.Context, c *kube.Cluster, namespace, name string) (sight, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var s sight
	var err error
	if s.job, err = c.Client.BatchV1().Jobs(namespace).Get(ctx, name, metav1.GetOptions{}); err != nil {
		return s, err
	}
	pods := c.Client.CoreV1().Pods(namespace)
	own, err := pods.List(ctx, metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + name})
	if err != nil {
		return s, err
	}
	if len(own.Items) > 0 {
		s.pod = &own.Items[0]
	}
	executors, err := pods.List(ctx, metav1.ListOptions{LabelSelector: "spark-role=executor"})
	if err != nil {
		return s, err
	}
	s.executors = executors.Items
	if s.anyWaits() {
		// Events only explain; without the right to read them the proof goes on.
		if events, err := c.Client.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "type=Warning"}); err == nil {
			s.events = events.Items
		}
	}
	if s.pod != nil && s.pod.Status.Phase != corev1.PodPending {
		stream, err := pods.GetLogs(s.pod.Name, &corev1.PodLogOptions{LimitBytes: new(int64(1 << 20))}).Stream(ctx)
		if err != nil {
			return s, err
		}
		defer stream.Close()
		log, err := io.ReadAll(stream)
		if err != nil {
			return s, err
		}
		s.log = string(log)
	}
	return s, nil
}

func (s sight) anyWaits() bool {
	if s.pod == nil || s.pod.Status.Phase == corev1.PodPending {
		return true
	}
	for _, e := range s.executors {
		if e.Status.Phase == corev1.PodPending {
			return true
		}
	}
	return false
}

// over reports whether the client has ended. Its container's end is known a
// second or two before the pod's.
func (s sight) over() bool {
	if s.pod == nil {
		return false
	}
	status := s.pod.Status
	return status.Phase == corev1.PodSucceeded || status.Phase == corev1.PodFailed ||
		len(status.ContainerStatuses) == 1 && status.ContainerStatuses[0].State.Terminated != nil
}
