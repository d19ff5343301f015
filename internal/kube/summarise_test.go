package kube

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func parse[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := yaml.UnmarshalStrict([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSummarise(t *testing.T) {
	nodes := []corev1.Node{parse[corev1.Node](t, `
metadata: {name: n}
spec: {taints: [{key: spot, value: "true", effect: NoSchedule}]}
status:
  allocatable: {cpu: "4", memory: 8Gi, pods: "110", nvidia.com/gpu: "2", hugepages-2Mi: "0"}
  conditions: [{type: Ready, status: "True"}]`)}
	pods := []corev1.Pod{
		parse[corev1.Pod](t, `
metadata: {name: with-sidecar, namespace: a}
spec:
  nodeName: n
  initContainers:
  - {name: prepare, resources: {requests: {cpu: "1", memory: 64Mi}}}
  - {name: sidecar, restartPolicy: Always, resources: {requests: {cpu: 100m, memory: 32Mi}}}
  containers: [{name: c, resources: {requests: {cpu: 500m, memory: 1Gi, nvidia.com/gpu: "1"}}}]`),
		parse[corev1.Pod](t, `{metadata: {name: ended, namespace: a}, spec: {nodeName: n, containers: [{name: c, resources: {requests: {cpu: "3"}}}]}, status: {phase: Succeeded}}`),
		parse[corev1.Pod](t, `{metadata: {name: elsewhere, namespace: b}, spec: {nodeName: m, containers: [{name: c, resources: {requests: {cpu: "3"}}}]}}`),
		parse[corev1.Pod](t, `{metadata: {name: other, namespace: b}, spec: {nodeName: n, containers: [{name: c, resources: {requests: {cpu: 250m}}}]}}`),
	}
	n := summarise(nodes, pods)[0]
	if !n.Ready || n.Takes() || n.Allocatable.CPUMilli != 4000 || n.Allocatable.Extended["nvidia.com/gpu"] != 2 || len(n.Allocatable.Extended) != 1 {
		t.Errorf("node: %+v", n)
	}
	// The init container alone asks for more CPU than sidecar and container.
	if r := n.ByNamespace["a"]; r.CPUMilli != 1000 || r.Memory != (1024+32)<<20 || r.Pods != 1 || r.Extended["nvidia.com/gpu"] != 1 {
		t.Errorf("namespace a asks for %+v", r)
	}
	if n.Requested.CPUMilli != 1250 || n.Requested.Pods != 2 {
		t.Errorf("requested: %+v", n.Requested)
	}
	if free := n.Free("a"); free.CPUMilli != 3750 {
		t.Errorf("free for a: %+v", free)
	}
}
