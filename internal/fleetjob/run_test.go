package fleetjob

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	clienttest "k8s.io/client-go/testing"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/survey"
)

// played is a cluster whose Jobs do what a test says at each look.
type played struct {
	t      *testing.T
	client *fake.Clientset
	mu     sync.Mutex
	looks  map[string]int // by Job
	logs   map[string]string
}

func play(t *testing.T, each func(p *played, job *batchv1.Job, look int)) (*kube.Cluster, *played) {
	t.Helper()
	p := &played{t: t, client: fake.NewClientset(), looks: map[string]int{}, logs: map[string]string{}}
	p.client.PrependReactor("get", "jobs", func(action clienttest.Action) (bool, runtime.Object, error) {
		name := action.(clienttest.GetAction).GetName()
		object, err := p.client.Tracker().Get(batchv1.SchemeGroupVersion.WithResource("jobs"), "spark", name)
		if err != nil {
			return true, nil, err
		}
		job := object.(*batchv1.Job).DeepCopy()
		if *job.Spec.Suspend {
			return true, job, nil
		}
		p.mu.Lock()
		p.looks[name]++
		look := p.looks[name]
		p.mu.Unlock()
		each(p, job, look)
		return true, job, p.client.Tracker().Update(batchv1.SchemeGroupVersion.WithResource("jobs"), job, "spark")
	})
	p.client.PrependReactor("get", "pods", func(action clienttest.Action) (bool, runtime.Object, error) {
		if action.GetSubresource() != "log" {
			return false, nil, nil
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		return true, &runtime.Unknown{Raw: []byte(p.logs["log"])}, nil
	})
	return &kube.Cluster{Context: "kind-spark", Config: &rest.Config{Host: "https://127.0.0.1:6443"}, Client: p.client}, p
}

// pod makes a pod of a Job.
func (p *played) pod(job *batchv1.Job, name, index string, status corev1.PodStatus) {
	p.t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: name, Namespace: "spark", Labels: map[string]string{batchv1.JobNameLabel: job.Name}, Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: index},
	}, Status: status}
	if err := p.client.Tracker().Add(pod); err != nil && !apierrors.IsAlreadyExists(err) {
		p.t.Error(err)
	}
}

func exited(code int32) corev1.PodStatus {
	phase := corev1.PodFailed
	if code == 0 {
		phase = corev1.PodSucceeded
	}
	return corev1.PodStatus{Phase: phase, ContainerStatuses: []corev1.ContainerStatus{
		{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error"}}},
	}}
}

func end(job *batchv1.Job, kind batchv1.JobConditionType, reason, message string) {
	job.Status.Conditions = []batchv1.JobCondition{{Type: kind, Status: corev1.ConditionTrue, Reason: reason, Message: message}}
}

// table is what the pod that merges prints.
func (p *played) table(job *batchv1.Job, t fleet.Table) {
	var b bytes.Buffer
	if err := survey.Send(&b, t, Most); err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	p.logs["log"] = b.String()
	p.mu.Unlock()
	p.pod(job, job.Name+"-x", "", exited(0))
	end(job, batchv1.JobComplete, "", "")
}

func (p *played) left() int {
	p.t.Helper()
	jobs, err := p.client.BatchV1().Jobs("").List(p.t.Context(), metav1.ListOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	return len(jobs.Items)
}

func ours(t *testing.T) (plan.Plan, Options) {
	t.Helper()
	p := platforms(t)["in-cluster"]
	s, err := storeOf(p)
	if err != nil {
		t.Fatal(err)
	}
	return p, options(s)
}

var twoRows = fleet.Merge(fleet.Row{Log: "a", Wasted: 2, Findings: []string{}}, fleet.Row{Log: "b", Wasted: 1, Findings: []string{}})

// TestRun: a shard fails and is tried again, the table comes back, and nothing
// is left.
func TestRun(t *testing.T) {
	p, o := ours(t)
	c, cluster := play(t, func(f *played, job *batchv1.Job, look int) {
		switch {
		case job.Name == o.name()+"-merge":
			f.table(job, twoRows)
		case look == 1:
			f.pod(job, "shard-3-a", "3", exited(137))
			f.pod(job, "shard-0-a", "0", corev1.PodStatus{Phase: corev1.PodRunning})
		case look == 2:
			job.Status.Succeeded, job.Status.Failed = 16, 1
			end(job, batchv1.JobComplete, "", "")
		}
	})
	var told []string
	table, err := Run(t.Context(), c, p, o, func(e progress.Event) { told = append(told, e.Step+" "+string(e.State)+" "+e.Reason+" "+e.Output) })
	if err != nil || len(table.Apps) != 2 || table.Read != 2 {
		t.Fatalf("%v %+v", err, table)
	}
	for _, want := range []string{"fleet/shards running shard 3 failed with exit code 137, Error", "fleet/shards running 0 of 16 done, 1 at work, 1 pod failed, its shard is tried again", "fleet/shards done  tried again after 1 failed", "fleet/merge done "} {
		if !strings.Contains(strings.Join(told, "\n"), want) {
			t.Errorf("nobody was told %q: %q", want, told)
		}
	}
	if n := cluster.left(); n != 0 {
		t.Errorf("%d Jobs are left", n)
	}
	policy, err := cluster.client.NetworkingV1().NetworkPolicies("spark").Get(t.Context(), o.name(), metav1.GetOptions{})
	if err != nil || len(policy.OwnerReferences) != 1 || policy.OwnerReferences[0].Name != o.name() { // A real cluster removes it with its Job.
		t.Errorf("%v %+v", err, policy)
	}
}

// TestKeep leaves both Jobs, and the next run begins anew.
func TestKeep(t *testing.T) {
	p, o := ours(t)
	o.Keep = true
	c, cluster := play(t, func(f *played, job *batchv1.Job, _ int) {
		if strings.HasSuffix(job.Name, "-merge") {
			f.table(job, twoRows)
		}
		end(job, batchv1.JobComplete, "", "")
	})
	if _, err := Run(t.Context(), c, p, o, progress.Nobody); err != nil || cluster.left() != 2 {
		t.Fatalf("%v, %d are left", err, cluster.left())
	}
	creates := func() (n int) {
		for _, a := range cluster.client.Actions() {
			if a.Matches("create", "jobs") {
				n++
			}
		}
		return n
	}
	before := creates()
	if _, err := Run(t.Context(), c, p, o, progress.Nobody); err != nil || creates() != before+4 { // Each was there once, and once not.
		t.Errorf("%v, %d creates", err, creates()-before)
	}
}

// TestPartial: a shard that was given up does not lose what the others read.
func TestPartial(t *testing.T) {
	p, o := ours(t)
	c, cluster := play(t, func(f *played, job *batchv1.Job, _ int) {
		if strings.HasSuffix(job.Name, "-merge") {
			f.table(job, twoRows)
			return
		}
		f.pod(job, "shard-3-d", "3", exited(1))
		f.logs["log"] = "sparkwiz: 7 logs of shard 3 are not done"
		job.Status.Succeeded, job.Status.FailedIndexes = 15, new("3")
		end(job, batchv1.JobFailed, batchv1.JobReasonFailedIndexes, "Job has failed indexes")
	})
	table, err := Run(t.Context(), c, p, o, progress.Nobody)
	if fault.KindOf(err) != fault.Partial || table.Read != 2 || !strings.Contains(err.Error(), "shards 3 of 16 were given up") || !strings.Contains(err.Error(), "7 logs of shard 3") {
		t.Errorf("%v %+v", err, table)
	}
	if cluster.left() != 0 {
		t.Error("Jobs are left")
	}
}

// TestHopeless: what trying again cannot help ends the survey with the words of
// the pod.
func TestHopeless(t *testing.T) {
	p, o := ours(t)
	c, cluster := play(t, func(f *played, job *batchv1.Job, _ int) {
		f.pod(job, "shard-0-a", "0", exited(2))
		f.logs["log"] = "sparkwiz: there are no event logs in s3a://logs/spark-events"
		end(job, batchv1.JobFailed, batchv1.JobReasonPodFailurePolicy, "exit code 2")
	})
	_, err := Run(t.Context(), c, p, o, progress.Nobody)
	if err == nil || !strings.Contains(err.Error(), "there are no event logs in s3a://logs/spark-events") || cluster.left() != 0 {
		t.Errorf("%v, %d are left", err, cluster.left())
	}
	if cluster.looks[o.name()+"-merge"] != 0 {
		t.Error("nothing was merged all the same")
	}
}

// TestNoImage: an image that is nowhere is said to be, and nothing is left.
func TestNoImage(t *testing.T) {
	p, o := ours(t)
	c, cluster := play(t, func(f *played, job *batchv1.Job, look int) {
		if look == 1 {
			f.pod(job, "shard-0-a", "0", corev1.PodStatus{Phase: corev1.PodPending, ContainerStatuses: []corev1.ContainerStatus{
				{Image: "docker.io/" + o.Image, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "not found"}}},
			}})
		}
	})
	_, err := Run(t.Context(), c, p, o, progress.Nobody)
	if err == nil || !strings.Contains(err.Error(), "image docker.io/sparkwiz/sparkwiz:0.1.0: not found") || !strings.Contains(fault.Hints(err)[0], "sparkwiz images build sparkwiz") || cluster.left() != 0 {
		t.Errorf("%v %q, %d are left", err, fault.Hints(err), cluster.left())
	}
}

// TestInterrupted: Ctrl-C leaves the Job at work, and the same command joins it.
func TestInterrupted(t *testing.T) {
	p, o := ours(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := false
	c, cluster := play(t, func(f *played, job *batchv1.Job, _ int) {
		switch {
		case strings.HasSuffix(job.Name, "-merge"):
			f.table(job, twoRows)
		case done:
			end(job, batchv1.JobComplete, "", "")
		default:
			cancel()
		}
	})
	_, err := Run(ctx, c, p, o, progress.Nobody)
	if fault.KindOf(err) != fault.Interrupted || !strings.Contains(err.Error(), "goes on") || cluster.left() != 1 {
		t.Fatalf("%v, %d are left", err, cluster.left())
	}
	done = true
	// It has not ended when it is found: no look has said so yet.
	o.Shards = 3
	if table, err := Run(t.Context(), c, p, o, progress.Nobody); err != nil || table.Read != 2 {
		t.Errorf("%v %+v", err, table)
	}
}

func TestRefused(t *testing.T) {
	p, o := ours(t)
	gone := apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "spark")
	c, cluster := play(t, func(*played, *batchv1.Job, int) {})
	cluster.client.PrependReactor("create", "jobs", func(clienttest.Action) (bool, runtime.Object, error) { return true, nil, gone })
	if _, err := Run(t.Context(), c, p, o, progress.Nobody); err == nil || fault.Hints(err)[0] != "sparkwiz apply" {
		t.Errorf("%v %q", err, fault.Hints(err))
	}
}
