package verify

import (
	"context"
	"errors"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	clienttest "k8s.io/client-go/testing"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

func cluster(objects ...runtime.Object) (*kube.Cluster, *fake.Clientset) {
	client := fake.NewClientset(objects...)
	return &kube.Cluster{Context: "kind-spark", Config: &rest.Config{Host: "https://127.0.0.1:6443"}, Client: client}, client
}

func left(t *testing.T, client *fake.Clientset) int {
	t.Helper()
	ctx := t.Context()
	jobs, err1 := client.BatchV1().Jobs("").List(ctx, metav1.ListOptions{})
	maps, err2 := client.CoreV1().ConfigMaps("").List(ctx, metav1.ListOptions{})
	policies, err3 := client.NetworkingV1().NetworkPolicies("").List(ctx, metav1.ListOptions{})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return len(jobs.Items) + len(maps.Items) + len(policies.Items)
}

func TestRunCleansUpWhenInterrupted(t *testing.T) {
	old := made(t, "spark-41", platform())
	c, client := cluster(old.job, old.script, old.policy)
	ctx, cancel := context.WithCancel(t.Context())
	var before int
	_, err := Run(ctx, c, platform(), false, func(e progress.Event) {
		if e.State == progress.Settling {
			before = left(t, client)
			cancel()
		}
	})
	if fault.KindOf(err) != fault.Interrupted {
		t.Errorf("error %v", err)
	}
	if before != 3 {
		t.Errorf("%d objects while it ran: those of the killed run should be gone", before)
	}
	if n := left(t, client); n != 0 {
		t.Errorf("%d objects are left", n)
	}
}

func TestCreate(t *testing.T) {
	c, client := cluster()
	lost := true
	client.PrependReactor("create", "jobs", func(action clienttest.Action) (bool, runtime.Object, error) {
		if !lost {
			return false, nil, nil
		}
		lost = false
		job := action.(clienttest.CreateAction).GetObject()
		if err := client.Tracker().Create(batchv1.SchemeGroupVersion.WithResource("jobs"), job, "spark"); err != nil {
			t.Error(err)
		}
		return true, nil, errors.New("connection reset by peer")
	})
	if err := create(t.Context(), c, made(t, "spark-41", platform())); err != nil {
		t.Fatal(err)
	}
	job, err := client.BatchV1().Jobs("spark").Get(t.Context(), "sparkwiz-verify-x", metav1.GetOptions{})
	if err != nil || *job.Spec.Suspend {
		t.Errorf("the job does not run: %v %v", job.Spec.Suspend, err)
	}
	script, err := client.CoreV1().ConfigMaps("spark").Get(t.Context(), "sparkwiz-verify-x", metav1.GetOptions{})
	if err != nil || len(script.OwnerReferences) != 1 || script.OwnerReferences[0].Kind != "Job" {
		t.Errorf("the script is not owned by the job: %v %v", script.OwnerReferences, err)
	}
}

func TestRunRefused(t *testing.T) {
	gone := apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "spark")
	forbidden := apierrors.NewForbidden(schema.GroupResource{Group: "batch", Resource: "jobs"}, "", errors.New(`User "ann" cannot create resource "jobs"`))
	for name, test := range map[string]struct {
		plan  plan.Plan
		reply error
		kind  fault.Kind
		hint  string
	}{
		"no namespace": {platform(), gone, fault.Failed, "sparkwiz apply"},
		"no rights":    {platform(), forbidden, fault.Denied, "kubectl --context=kind-spark auth can-i --list"},
		"no spark":     {plan.Plan{}, nil, fault.Usage, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, client := cluster()
			client.PrependReactor("create", "jobs", func(clienttest.Action) (bool, runtime.Object, error) { return true, nil, test.reply })
			states := map[string]progress.State{}
			begun := time.Now()
			_, err := Run(t.Context(), c, test.plan, false, func(e progress.Event) { states[e.Step] = e.State })
			hints := fault.Hints(err)
			if fault.KindOf(err) != test.kind || test.hint != "" && (len(hints) != 1 || hints[0] != test.hint) {
				t.Errorf("%v, hints %q", err, hints)
			}
			if time.Since(begun) > 5*time.Second {
				t.Error("an answer is an answer: it was asked again")
			}
			for step, state := range states {
				if !state.Ended() {
					t.Errorf("%s was left %s", step, state)
				}
			}
		})
	}
}
