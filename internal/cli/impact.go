package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/access"
	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// impact is what an apply does to people who use the platform right now: what
// it takes down, and which sessions end with a server that is replaced. They
// are sentences, for whoever has to consent.
func (a *app) impact(ctx context.Context, o deploy.Options) []string {
	changes, err := deploy.Diff(ctx, o)
	if err != nil {
		return []string{"whether somebody uses what changes is unknown: " + err.Error()}
	}
	var lines []string
	for _, c := range changes {
		name, isRelease := strings.CutPrefix(c.Step, "release/")
		if !isRelease {
			continue
		}
		removed := c.Action == deploy.Remove
		if removed {
			lines = append(lines, fmt.Sprintf("takes down %s, which the answers have no longer; its volumes stay", name))
		}
		server := name + "-connect"
		replaced := (c.Action == deploy.Update || c.Action == deploy.Repair) && slices.Contains(c.Objects, "deployment/"+server)
		if strings.HasPrefix(name, "spark-") && (removed || replaced) {
			lines = append(lines, sessions(ctx, o.Cluster, o.Plan, name, server)...)
		}
	}
	return lines
}

// sessions says what a Connect server holds that ends with it.
func sessions(ctx context.Context, c *kube.Cluster, p plan.Plan, release, server string) []string {
	if d, err := c.Client.AppsV1().Deployments(p.Namespace).Get(ctx, server, metav1.GetOptions{}); err == nil && d.Spec.Replicas != nil && *d.Spec.Replicas == 0 {
		return nil // It is down already, outside office hours.
	}
	port := 4040
	for _, r := range p.Releases {
		for _, d := range r.Doors {
			if d.Service == server && d.Scheme == "http" {
				port = d.Port
			}
		}
	}
	n, err := access.Sessions(ctx, c, p.Namespace, server, port)
	switch {
	case err != nil:
		return []string{fmt.Sprintf("replaces the Connect server of %s; whether sessions are open there is unknown (%v)", release, err)}
	case n == 1:
		return []string{fmt.Sprintf("replaces the Connect server of %s: one session is open there and ends", release)}
	case n > 1:
		return []string{fmt.Sprintf("replaces the Connect server of %s: %d sessions are open there and end", release, n)}
	}
	return nil
}
