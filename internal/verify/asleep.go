package verify

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/hours"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// asleep refuses to prove a platform whose Connect servers office hours keep down: nothing would answer, and nothing is wrong.
// A server that runs outside the hours, because somebody has paused KEDA, can be proved.
func asleep(ctx context.Context, c *kube.Cluster, p plan.Plan, now time.Time) error {
	why := hours.Asleep(p.Spec.Scaling, now)
	if why == "" {
		return nil
	}
	var down []string
	for _, r := range p.Releases {
		if !strings.HasPrefix(r.Chart, "spark-") {
			continue
		}
		server, err := c.Client.AppsV1().Deployments(p.Namespace).Get(ctx, r.Name+"-connect", metav1.GetOptions{})
		if err == nil && server.Spec.Replicas != nil && *server.Spec.Replicas == 0 {
			down = append(down, r.Title)
		}
	}
	if len(down) == 0 {
		return nil // What could not be looked at, the proof itself runs into.
	}
	return fault.New(fault.Failed, fmt.Sprintf("nothing was tried: the Connect server of %s is down %s", strings.Join(down, " and of "), why),
		"sparkwiz verify   # in office hours")
}
