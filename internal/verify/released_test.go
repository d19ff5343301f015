package verify

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

func executor(name string) *corev1.Pod {
	pod := phase(name, corev1.PodRunning)
	pod.Namespace, pod.Labels = "spark", map[string]string{"spark-role": "executor"}
	return pod
}

// Executors that go in their time are what is claimed; one that stays for ever is named, with the time it was given.
func TestReleased(t *testing.T) {
	for name, stays := range map[string]bool{"they go": false, "one stays": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, client := cluster(executor("exec-1"), executor("exec-2"))
				var last progress.Event
				r := newReleased(platform(), func(e progress.Event) { last = e })
				go func() {
					for _, pod := range []string{"exec-1", "exec-2"} {
						time.Sleep(40 * time.Second)
						if stays && pod == "exec-2" {
							return
						}
						if err := client.CoreV1().Pods("spark").Delete(t.Context(), pod, metav1.DeleteOptions{}); err != nil {
							t.Error(err)
						}
					}
				}()
				var report Report
				err := r.run(t.Context(), c, &report)
				switch {
				case !stays && (err != nil || last.State != progress.Done || last.Took < 80*time.Second || len(report.Steps) != 1):
					t.Errorf("error %v, event %+v, report %+v", err, last, report)
				case stays && (fault.KindOf(err) != fault.Faults || !strings.Contains(err.Error(), "after 5m0s without work of this proof exec-2 are still there")):
					t.Errorf("error %v", err)
				}
			})
		})
	}
}
