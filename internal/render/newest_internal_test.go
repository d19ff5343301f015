package render

import (
	"os"
	"regexp"
	"testing"
)

// TestNewest: client-go v0.37.2 is the client of Kubernetes v1.37.
func TestNewest(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`k8s.io/client-go v0\.(\d+)\.`).FindSubmatch(mod)
	if m == nil || newest != "v1."+string(m[1])+".0" {
		t.Errorf("newest is %s, go.mod has %q", newest, m)
	}
}
