package component_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestFlowsSayWhy: each has a reason, is there once, and tells pods that are
// not ours whom they reach.
func TestFlowsSayWhy(t *testing.T) {
	for _, v := range question.Variants() {
		seen := map[string]bool{}
		for _, f := range component.Flows(v.Spec) {
			if f.Why == "" || len(f.Ports) == 0 || seen[f.From+" > "+f.To] {
				t.Errorf("%s: %+v has no reason or port, or is there twice", v.Name, f)
			}
			seen[f.From+" > "+f.To] = true
			if needs := strings.HasSuffix(f.From, " client") && f.To != component.DNS; needs != (len(f.Labels) > 0) {
				t.Errorf("%s: %+v: labels are for clients alone", v.Name, f)
			}
		}
	}
}

// TestStorePort: the port of the store is the one that its address names.
func TestStorePort(t *testing.T) {
	for endpoint, want := range map[string]int{
		"": 443, "https://s3.example.com": 443, "https://s3.example.com:9000": 9000, "http://s3": 80, "http://s3:9000/": 9000,
	} {
		s := spec.Default()
		s.Storage.Mode, s.Storage.Endpoint = spec.External, endpoint
		for _, f := range component.Flows(s) {
			if f.To == component.OutsideStore && f.Ports[0] != want {
				t.Errorf("%q: %d, not %d", endpoint, f.Ports[0], want)
			}
		}
	}
}
