package verify

import (
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// platform is a plan with everything switched on.
func platform() plan.Plan {
	s := spec.Default()
	s.Cluster.Context, s.Storage.Secret, s.Spark35.Enabled = "kind-spark", "object-store-credentials", true
	s.Jupyter.Enabled, s.Airflow.Enabled = true, true
	p, err := plan.Make(s, facts.Facts{})
	if err != nil {
		panic(err)
	}
	return p
}

// follow is a proof of Spark 4.1 whose client has been asked for.
func followed(observe progress.Observer, now time.Time) *proof {
	f := newProof(spark("spark-41", "Spark 4.1"), platform(), &Report{}, observe)
	f.begin(now)
	return f
}

func pending(name string, status corev1.PodStatus) *corev1.Pod {
	status.Phase = corev1.PodPending
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: status}
}

func phase(name string, phase corev1.PodPhase) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PodSpec{NodeName: "node1"}, Status: corev1.PodStatus{Phase: phase}}
}

func container(reason, message string) corev1.PodStatus {
	return corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
		Image: "docker.io/sparkwiz/spark:4.1.4", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
	}}}
}

func unschedulable(message string) corev1.PodStatus {
	return corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: message}}}
}

func warning(on, reason, message string, at int64) corev1.Event {
	return corev1.Event{Type: corev1.EventTypeWarning, Reason: reason, Message: message, LastTimestamp: metav1.Unix(at, 0), InvolvedObject: corev1.ObjectReference{Name: on}}
}

const (
	connected = `{"step": "connect", "seconds": 2, "result": {"says": "Spark 4.1.4, application spark-abc", "application": "spark-abc"}}` + "\n"
	refused   = `{"step": "token", "seconds": 1, "result": {"says": "refused"}}` + "\n"
	queried   = `{"step": "select", "seconds": 7, "result": {"says": "added up by exec-1", "columns": ["a"], "rows": [[1]], "executors": ["exec-1"]}}` + "\n"
	wrote     = `{"step": "iceberg", "seconds": 4, "result": {"says": "inserted twice"}}` + "\n"
	travelled = `{"step": "time-travel", "seconds": 1, "result": {"says": "two rows", "snapshots": ["7461243426705198168", "2"]}}` + "\n"
	evolved   = `{"step": "evolve", "seconds": 1, "result": {"says": "a column added"}}` + "\n"
	dropped   = `{"step": "drop", "seconds": 1, "result": {"says": "dropped"}}` + "\n"
	asked     = `{"step": "drain", "ask": {"delete": "exec-1"}}` + "\n"
	drained   = `{"step": "drain", "seconds": 9, "result": {"says": "survived"}}` + "\n"
	found     = `{"step": "history", "seconds": 9, "result": {"says": "spark-abc"}}` + "\n"
)

func TestProofThatHolds(t *testing.T) {
	var lines []string
	start := time.Unix(0, 0)
	f := followed(func(e progress.Event) {
		if e.State != progress.Waiting {
			lines = append(lines, strings.TrimPrefix(e.Step, "verify/spark-41/")+" "+string(e.State)+" "+e.Reason)
		}
	}, start)
	executor := phase("exec-1", corev1.PodRunning)
	sights := []sight{
		{job: &batchv1.Job{}},
		{job: &batchv1.Job{}, pod: pending("client", container("ContainerCreating", ""))},
		{pod: phase("client", corev1.PodRunning)},
		{pod: phase("client", corev1.PodRunning), log: connected + refused, executors: []corev1.Pod{*pending("exec-1", unschedulable("0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes"))}},
		{pod: phase("client", corev1.PodRunning), log: connected + refused, executors: []corev1.Pod{*executor}},
		{pod: phase("client", corev1.PodRunning), log: connected + refused + queried + wrote, executors: []corev1.Pod{*executor}},
		{pod: phase("client", corev1.PodRunning), log: connected + refused + queried + wrote + travelled + evolved + dropped[:20], executors: []corev1.Pod{*executor}},
		{pod: phase("client", corev1.PodRunning), log: connected + refused + queried + wrote + travelled + evolved + dropped + asked + drained + found},
		{pod: phase("client", corev1.PodSucceeded), log: connected + refused + queried + wrote + travelled + evolved + dropped + asked + drained + found},
	}
	for i, s := range sights {
		over, err := f.take(s, start.Add(time.Duration(i)*time.Second))
		if err != nil || over != (i == len(sights)-1) {
			t.Fatalf("sight %d: over %v, error %v", i, over, err)
		}
	}
	want := []string{
		"client running ", "client settling ", "client settling the container is being created", "client done ",
		"connect running ", "connect done ", "token running ", "token done ",
		"select running ", "select settling executor exec-1: no node takes it: 0/1 nodes are available: 1 Insufficient memory", "select running ", "select done ",
		"iceberg running ", "iceberg done ", "time-travel running ", "time-travel running ", "time-travel done ", "evolve running ", "evolve done ",
		"drop running ", "drop running ", "drop done ", "drain running ", "drain done ", "history running ", "history done ",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("events\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if len(f.asks) != 1 || f.asks[0].Delete != "exec-1" {
		t.Errorf("the client asked for %v", f.asks)
	}
	r := f.report
	if len(r.Steps) != 10 || r.Steps[0].Took != 2*time.Second || r.Application != "spark-abc" || !slices.Equal(r.Executors, []string{"exec-1"}) ||
		!slices.Equal(r.Snapshots, []string{"7461243426705198168", "2"}) || len(r.Rows) != 1 {
		t.Errorf("report %+v", r)
	}
}

func TestProofThatFails(t *testing.T) {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "job"}}
	running, failed := phase("client", corev1.PodRunning), phase("client", corev1.PodFailed)
	oom := phase("client", corev1.PodFailed)
	oom.Spec.Containers = made(t, "spark-41", platform()).job.Spec.Template.Spec.Containers
	oom.Status.ContainerStatuses = []corev1.ContainerStatus{{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "OOMKilled"}}}}
	for name, test := range map[string]struct {
		sight sight
		kind  fault.Kind
		what  string
		hint  string
	}{
		"quota": {
			sight{job: job, events: []corev1.Event{
				warning("job", "FailedCreate", "exceeded quota: pods, requested: pods=1, used: pods=9, limited: pods=9", 2), warning("job", "FailedCreate", "older", 1), warning("other", "FailedCreate", "not ours", 3),
			}},
			fault.Failed, `"Spark 4.1: Start a client in the cluster": the cluster refuses the client's pod: FailedCreate: exceeded quota: pods, requested: pods=1, used: pods=9, limited: pods=9`, "describe resourcequota,limitrange",
		},
		"no such image": {
			sight{job: job, pod: pending("client", container("ImagePullBackOff", `Back-off pulling image: failed to resolve reference "docker.io/sparkwiz/spark:4.1.4": not found`))},
			fault.Failed, "cannot start: image docker.io/sparkwiz/spark:4.1.4: not found", "--set images.registry=",
		},
		"image trouble only in the event": {
			sight{job: job, pod: pending("client", container("ImagePullBackOff", "Back-off pulling image")), events: []corev1.Event{warning("client", "Failed", "dial tcp: lookup registry.local: no such host", 1)}},
			fault.Failed, "the node cannot resolve the registry's name", "--set images.registry=",
		},
		"container cannot be made": {
			sight{job: job, pod: pending("client", container("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"))},
			fault.Failed, "CreateContainerConfigError: container has runAsNonRoot", "get events",
		},
		"nothing listens": {
			sight{pod: failed, log: `{"step": "connect", "seconds": 60, "error": "nothing answers at spark-41-connect:15002 after 60 s: refused"}`},
			fault.Faults, `"Spark 4.1: Connect": nothing answers at spark-41-connect:15002`, "kubectl --context=kind-spark -n spark get pods -l app.kubernetes.io/name=spark-connect",
		},
		"executors' image": {
			sight{pod: running, log: connected + refused, executors: []corev1.Pod{*pending("exec-1", container("ImagePullBackOff", "unauthorized"))}},
			fault.Faults, `"Spark 4.1: Query on executors": executor exec-1: image docker.io/sparkwiz/spark:4.1.4: the registry wants other credentials`, "--set images.registry=",
		},
		"an error while executors wait": {
			sight{pod: failed, log: connected + refused + `{"step": "select", "seconds": 9, "error": "SparkException: gone"}`, executors: []corev1.Pod{*pending("exec-1", unschedulable("Insufficient cpu"))}},
			fault.Faults, "SparkException: gone\nexecutor exec-1: no node takes it: Insufficient cpu", "logs deployment/spark-41-connect",
		},
		"rows from nowhere": {
			sight{pod: running, log: connected + refused + queried},
			fault.Faults, "it ran on exec-1, which is no executor pod", "get pods -l spark-role=executor",
		},
		"wrong keys": {
			sight{pod: failed, executors: []corev1.Pod{*phase("exec-1", corev1.PodRunning)}, log: connected + refused + queried + `{"step": "iceberg", "seconds": 1, "error": "S3Exception: (Service: S3, Status Code: 403)"}`},
			fault.Faults, `"Spark 4.1: Write an Iceberg table": S3Exception`, "describe secret object-store-credentials",
		},
		"metastore gone": {
			sight{pod: failed, executors: []corev1.Pod{*phase("exec-1", corev1.PodRunning)}, log: connected + refused + queried + `{"step": "iceberg", "seconds": 1, "error": "UnknownException: (org.apache.iceberg.hive.RuntimeMetaException) Failed to connect to Hive Metastore"}`},
			fault.Faults, "Failed to connect to Hive Metastore", "logs deployment/hive-metastore",
		},
		"out of memory":  {sight{pod: oom, log: connected + refused}, fault.Failed, "the client ended before its time: it needed more than its memory limit of 512Mi", "sparkwiz verify"},
		"a crash":        {sight{pod: failed, log: connected + refused + "Traceback\n1\n2\n3\n4\nImportError: grpc\n"}, fault.Failed, "1\n2\n3\n4\nImportError: grpc", "sparkwiz verify"},
		"a silent end":   {sight{pod: phase("client", corev1.PodSucceeded), log: connected + refused}, fault.Failed, "the client ended before its time", "sparkwiz verify"},
		"a strange step": {sight{pod: running, log: queried}, fault.Failed, `the client reported the step "select"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			last := map[string]progress.State{}
			start := time.Unix(0, 0)
			f := followed(func(e progress.Event) { last[e.Step] = e.State }, start)
			over, err := f.take(test.sight, start.Add(patience+time.Second))
			if err == nil || over {
				t.Fatalf("over %v, error %v", over, err)
			}
			hints := strings.Join(fault.Hints(err), "\n")
			if fault.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.what) || !strings.Contains(hints, test.hint) {
				t.Errorf("kind %d: %s\nhint: %s", fault.KindOf(err), err, hints)
			}
			for step, state := range last {
				if !state.Ended() {
					t.Errorf("%s was left %s", step, state)
				}
			}
		})
	}
}

// A webhook that restarts, or a first pull that fails, is no reason to give up.
func TestProofIsPatient(t *testing.T) {
	start := time.Unix(0, 0)
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "job"}}
	for name, s := range map[string]sight{
		"refused once":    {job: job, events: []corev1.Event{warning("job", "FailedCreate", "webhook not available", 1)}},
		"first pull":      {job: job, pod: pending("client", container("ErrImagePull", "timeout"))},
		"no room yet":     {job: job, pod: pending("client", unschedulable("0/1 nodes"))},
		"one of two sick": {pod: phase("client", corev1.PodRunning), log: connected + refused, executors: []corev1.Pod{*phase("a", corev1.PodRunning), *pending("b", container("ImagePullBackOff", "x"))}},
	} {
		f := followed(progress.Nobody, start)
		if over, err := f.take(s, start.Add(time.Second)); over || err != nil {
			t.Errorf("%s: over %v, error %v", name, over, err)
		}
	}
}
