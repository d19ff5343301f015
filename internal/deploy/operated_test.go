package deploy

import (
	"testing"

	"sigs.k8s.io/yaml"
)

// What CloudNativePG writes into the status of its objects, from before it has looked at one until it is content.
func TestOperated(t *testing.T) {
	tests := map[string]struct {
		kind, status string
		done         bool
		says         string
	}{
		"nobody has looked":   {"Cluster", ``, false, "its operator has not looked at it yet"},
		"being made":          {"Cluster", `{phase: Setting up primary, phaseReason: Creating primary instance}`, false, "Setting up primary: Creating primary instance"},
		"not ready":           {"Cluster", `{phase: Waiting for the instances to become active, conditions: [{type: Ready, status: "False"}]}`, false, "Waiting for the instances to become active"},
		"ready":               {"Cluster", `{phase: Cluster in healthy state, conditions: [{type: Ready, status: "True"}]}`, true, "Cluster in healthy state"},
		"a database":          {"Database", ``, false, "its operator has not looked at it yet"},
		"a database refused":  {"Database", `{applied: false, observedGeneration: 2, message: 'role "x" does not exist'}`, false, `could not be made: role "x" does not exist`},
		"a database made":     {"Database", `{applied: true, observedGeneration: 2}`, true, "Resource is current"},
		"a database changing": {"Database", `{applied: true, observedGeneration: 1}`, false, "Database generation is 2, but latest observed generation is 1"},
	}
	for name, tt := range tests {
		o := &object{Object: map[string]any{}}
		text := "apiVersion: postgresql.cnpg.io/v1\nkind: " + tt.kind + "\nmetadata: {name: x, generation: 2}\n"
		if tt.status != "" {
			text += "status: " + tt.status + "\n"
		}
		if err := yaml.Unmarshal([]byte(text), &o.Object); err != nil {
			t.Fatal(err)
		}
		// JSON has floats, a cluster's client whole numbers.
		o.SetGeneration(2)
		if s, ok := o.Object["status"].(map[string]any); ok && s["observedGeneration"] != nil {
			s["observedGeneration"] = int64(s["observedGeneration"].(float64))
		}
		done, trouble, err := settled(o)
		if err != nil || done != tt.done || trouble.Says != tt.says {
			t.Errorf("%s: done %t, %q (%v); want %t, %q", name, done, trouble.Says, err, tt.done, tt.says)
		}
	}
}
