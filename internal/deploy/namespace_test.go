package deploy

import (
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

// TestNamespaceIsRestricted: whatever the answers, the platform's namespace
// refuses pods that are not restricted, and says so in the audit log and to
// whoever makes them.
func TestNamespaceIsRestricted(t *testing.T) {
	for _, v := range question.Variants() {
		p, err := plan.Make(v.Spec, facts.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		home, ok := Steps(p)[0].(namespaceStep)
		if !ok || home.name != p.Namespace {
			t.Fatalf("%s: the first step is %v, not the namespace", v.Name, Steps(p)[0].Name())
		}
		for _, mode := range []string{"enforce", "audit", "warn"} {
			if got := home.labels()["pod-security.kubernetes.io/"+mode]; got != "restricted" {
				t.Errorf("%s: Pod Security %s is %q", v.Name, mode, got)
			}
		}
	}
}
