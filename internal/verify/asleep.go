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
func asleep(ctx context.Context, c *kube.Cluster, p plan.Plan, now time.Time) error {
	down := Asleep(ctx, c, p, now)
	if down == "" {
		return nil // What could not be looked at, the proof itself runs into.
	}
	return fault.New(fault.Failed, "nothing was tried: "+down, "sparkwiz verify   # in office hours")
}

// Asleep names the lines whose Connect server office hours keep down at a time, and says until when; nothing when there are none.
// A server that runs outside the hours, because somebody has paused KEDA, is not among them.
func Asleep(ctx context.Context, c *kube.Cluster, p plan.Plan, now time.Time) string {
	why := hours.Asleep(p.Spec.Scaling, now)
	if why == "" {
		return ""
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
		return ""
	}
	return fmt.Sprintf("the Connect server of %s is down %s", strings.Join(down, " and of "), why)
}
