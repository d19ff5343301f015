package plan_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestDoors: what the plan promises people to reach is a port of a Service
// that the release installs.
func TestDoors(t *testing.T) {
	seen := 0
	for _, r := range makePlan(t, spec.Default(), facts.Facts{}).Releases {
		manifest, err := render.Manifest(r, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, door := range r.Doors {
			seen++
			found := false
			for doc := range strings.SplitSeq(manifest, "\n---\n") {
				var head struct{ Kind string }
				if decode(t, []byte(doc), &head); head.Kind != "Service" {
					continue
				}
				var s corev1.Service
				if decode(t, []byte(doc), &s); s.Name != door.Service {
					continue
				}
				found = slices.ContainsFunc(s.Spec.Ports, func(p corev1.ServicePort) bool { return int(p.Port) == door.Port })
			}
			if !found {
				t.Errorf("%s: no Service %s has port %d for %q", r.Name, door.Service, door.Port, door.Title)
			}
		}
	}
	if seen == 0 {
		t.Error("nothing can be reached")
	}
}
