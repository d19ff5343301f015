// Package secret names the secrets that a platform needs. It knows names,
// keys and purposes; no type here can hold a value.
package secret

import "slices"

// Ref is one secret value by name: a key of a Kubernetes Secret.
type Ref struct {
	Secret  string `json:"secret"`
	Key     string `json:"key"`
	Purpose string `json:"purpose"`
	// Namespace is where the Secret is; empty: in the platform's own.
	Namespace string `json:"namespace,omitempty"`
	// User is the login name that the value is the password of, where
	// programs want both in one Secret. It is no secret itself and is kept
	// under UserKey.
	User string `json:"user,omitempty"`
	// From is the provider that fills it; empty: it is generated, or Yours.
	From string `json:"from,omitempty"`
	// Given means that only people know the value, since something outside the
	// platform has it too; others can be chosen at random.
	Given bool `json:"given,omitempty"`
	// Fixed says why a new value cannot simply take the place of the present
	// one; empty: it can.
	Fixed string `json:"fixed,omitempty"`
	// Yours means that the user makes it and sparkwiz only checks that it is
	// there. Otherwise it is generated in the cluster when it is missing.
	Yours bool `json:"yours,omitempty"`
}

// UserKey is where a Secret of Kubernetes' type basic-auth has the login name.
const UserKey = "username"

// Group collects references by the Secret they live in, in order of first
// mention and without repetitions.
func Group(refs []Ref) [][]Ref {
	var groups [][]Ref
	for _, r := range refs {
		i := slices.IndexFunc(groups, func(g []Ref) bool { return g[0].Secret == r.Secret && g[0].Namespace == r.Namespace })
		switch {
		case i < 0:
			groups = append(groups, []Ref{r})
		case !slices.ContainsFunc(groups[i], func(o Ref) bool { return o.Key == r.Key }):
			groups[i] = append(groups[i], r)
		}
	}
	return groups
}
