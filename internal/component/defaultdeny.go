package component

import (
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// defaultDeny is what makes the list of flows a list of all flows: policies
// for the whole namespace, also for pods that nobody labelled. The namespace
// is the platform's own, so that nothing of somebody else's is cut off.
func defaultDeny() Component {
	return Component{
		Name: "default-deny", Title: "Network policy", Chart: "default-deny",
		When:    func(s spec.Spec) bool { return s.Network.DefaultDeny },
		Secrets: func(spec.Spec) []secret.Ref { return nil },
		Pods:    func(spec.Spec) []Pod { return nil },
		Flows:   clientLookups,
		Values:  func(s spec.Spec) map[string]any { return map[string]any{"clients": clientServers(s)} },
	}
}

// clientServers are whom pods of others reach by their label.
func clientServers(s spec.Spec) []any {
	var names []string
	servers := map[string][]any{}
	for _, f := range flowsOf(ours(), s) {
		of := clientOf(f.From)
		if of == "" {
			continue
		}
		if servers[of] == nil {
			names = append(names, of)
		}
		labels := map[string]any{}
		for key, value := range f.Labels {
			labels[key] = value
		}
		for _, port := range f.Ports {
			servers[of] = append(servers[of], map[string]any{"port": port, "labels": labels})
		}
	}
	all := []any{}
	for _, of := range names {
		all = append(all, map[string]any{"name": of, "servers": servers[of]})
	}
	return all
}

// clientLookups are the one thing that all clients do.
func clientLookups(s spec.Spec) []Flow {
	var all []Flow
	seen := map[string]bool{}
	for _, f := range flowsOf(ours(), s) {
		if clientOf(f.From) != "" && !seen[f.From] {
			seen[f.From] = true
			all = append(all, lookups(f.From)...)
		}
	}
	return all
}
