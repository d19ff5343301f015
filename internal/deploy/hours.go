package deploy

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/sparkwiz/sparkwiz/internal/hours"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// keda is the API group of what scales Connect servers by the clock.
const keda = "keda.sh"

// takesUp is how long KEDA may need to look at what is new: its operator may be just about to be replaced.
const takesUp = 90 * time.Second

// scaled wants KEDA's word that it scales what an object names. Without it nobody does, and the hours are not kept: the
// definitions alone, which is all that a plan sees of somebody's KEDA, scale nothing.
func scaled(o *object, trouble Trouble) (bool, Trouble, error) {
	ready := said(o, "Ready")
	trouble.Fatal, trouble.After = true, takesUp
	switch {
	case ready.status == "True":
		return true, trouble, nil
	case ready.status == "False":
		trouble.Says, trouble.Detail = "does not work for KEDA", ready.message
	default:
		trouble.Says = "was not looked at by KEDA so far"
		trouble.Hint = "kubectl get pods -A -l app=keda-operator   # does it run?"
	}
	return false, trouble, nil
}

// byTheClock names the workloads of a release that KEDA starts and stops.
func byTheClock(planned []*object) map[string]bool {
	names := map[string]bool{}
	for _, o := range planned {
		if o.GroupVersionKind().Group == keda && o.GetKind() == "ScaledObject" {
			names[field(o, "spec", "scaleTargetRef", "name")] = true
		}
	}
	return names
}

// emptied reports whether somebody has scaled a workload to nothing that is planned with pods. For kstatus, and for
// everybody who counts its pods, it has all that it wants.
func emptied(planned, found *object) bool {
	want, ok, err := unstructured.NestedInt64(planned.Object, "spec", "replicas")
	return ok && err == nil && want > 0 && isEmpty(found)
}

func isEmpty(o *object) bool {
	n, ok, err := unstructured.NestedInt64(o.Object, "spec", "replicas")
	return ok && err == nil && n == 0
}

// rests says why a workload that KEDA keeps has no pods. When office hours have begun that is a trouble.
func rests(o *object, s spec.Scaling, now time.Time) (why string, trouble *Trouble) {
	if !isEmpty(o) {
		return "", nil
	}
	if asleep := hours.Asleep(s, now); asleep != "" {
		return fmt.Sprintf("%s is down %s", refOf(o), asleep), nil
	}
	return "", &Trouble{Object: refOf(o).String(), Says: "is down though office hours have begun: KEDA has not started it yet"}
}
