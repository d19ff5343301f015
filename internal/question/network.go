package question

import "github.com/sparkwiz/sparkwiz/internal/spec"

func networkRows() []Question {
	return []Question{{
		Key: "network.defaultDeny", Page: "network", Title: "Deny traffic that nobody allowed",
		Help: "NetworkPolicies for the whole namespace: each pod reaches what the platform needs, and nothing else. It holds for pods of " +
			"your own in this namespace too: give them a policy, or a label such as sparkwiz.dev/connect-client. No leaves pods that " +
			"are not sparkwiz's as they are; its own have their policies either way. The cluster's network has to enforce them.",
		Field: func(s *spec.Spec) any { return &s.Network.DefaultDeny },
	}}
}
