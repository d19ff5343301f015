package verify

import (
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

func server(name string, replicas int32) *appsv1.Deployment {
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "spark"}, Spec: appsv1.DeploymentSpec{Replicas: &replicas}}
}

// Outside office hours there is nothing to prove, and no minute is spent on it; a server that is gone in them is a fault.
func TestAsleep(t *testing.T) {
	night, noon := time.Date(2026, 11, 26, 23, 0, 0, 0, time.UTC), time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		at       time.Time
		kept     bool
		replicas int32
		want     string
	}{
		"at night":               {night, true, 0, "nothing was tried: the Connect server of Spark 3.5 and of Spark 4.1 is down outside office hours, until Fri 27 Nov 08:00 (Etc/UTC)"},
		"at night, kept up":      {night, true, 1, ""},
		"at noon":                {noon, true, 0, ""},
		"without office hours":   {night, false, 0, ""},
		"at noon, as it must be": {noon, true, 1, ""},
	} {
		c, _ := cluster(server("spark-35-connect", tt.replicas), server("spark-41-connect", tt.replicas))
		p := platform()
		p.Spec.Scaling.OfficeHours = tt.kept
		got := ""
		if err := asleep(t.Context(), c, p, tt.at); err != nil {
			got = err.Error()
			if fault.KindOf(err) != fault.Failed {
				t.Errorf("%s: %v is of kind %v", name, err, fault.KindOf(err))
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Nothing is made in the cluster for a proof that is not tried.
func TestRunOutsideOfficeHours(t *testing.T) {
	c, client := cluster(server("spark-35-connect", 0), server("spark-41-connect", 0))
	p := platform()
	p.Spec.Scaling.OfficeHours, p.Spec.Scaling.Start, p.Spec.Scaling.End = true, "0 8 30 2 *", "0 9 30 2 *"
	if _, err := Run(t.Context(), c, p, true, progress.Nobody); fault.KindOf(err) != fault.Failed {
		t.Errorf("error %v", err)
	}
	if n := left(t, client); n != 0 {
		t.Errorf("%d objects were made", n)
	}
}
