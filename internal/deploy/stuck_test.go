package deploy

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func TestStuck(t *testing.T) {
	set := func(observed string) *object {
		all, err := objects(`
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: s, uid: set, generation: 2}
status: {updateRevision: new, observedGeneration: ` + observed + `}`)
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	const off = `, containerStatuses: [{state: {waiting: {reason: CrashLoopBackOff}}}]`
	for _, c := range []struct {
		name, observed, spec, status, labels string
		inherited, want                      bool
	}{
		{"old revision, backs off", "2", "{nodeName: n}", "{phase: Pending" + off + "}", "{controller-revision-hash: old}", false, true},
		{"old revision, fits nowhere", "2", "{}", "{phase: Pending}", "{controller-revision-hash: old}", false, true},
		{"old revision, starting", "2", "{nodeName: n}", "{phase: Pending, containerStatuses: [{state: {waiting: {reason: ContainerCreating}}}]}", "{controller-revision-hash: old}", false, false},
		{"old revision, not known yet", "1", "{nodeName: n}", "{phase: Pending" + off + "}", "{controller-revision-hash: old}", false, false},
		{"this run's own, backs off", "2", "{nodeName: n}", "{phase: Running" + off + "}", "{controller-revision-hash: new}", false, false},
		{"an earlier run's, backs off", "2", "{nodeName: n}", "{phase: Running" + off + "}", "{controller-revision-hash: new}", true, true},
		{"an earlier run's, waits for a node", "2", "{}", "{phase: Pending}", "{controller-revision-hash: new}", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p corev1.Pod
			text := "{metadata: {name: s-0, uid: p, labels: " + c.labels + ", ownerReferences: [{uid: set}]}, spec: " + c.spec + ", status: " + c.status + "}"
			if err := yaml.Unmarshal([]byte(text), &p); err != nil {
				t.Fatal(err)
			}
			v := view{workloads: []*object{set(c.observed)}, pods: []corev1.Pod{p}, inherited: func(corev1.Pod) bool { return c.inherited }}
			if got := len(v.stuck()) > 0; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
