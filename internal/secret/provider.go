package secret

import (
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Provider turns references into the values of the chart secrets, which
// renders the objects that a cluster resolves. It never sees a value.
type Provider interface {
	// Name is the answer to secrets.provider.
	Name() string
	// Title is for people.
	Title() string
	// Operator is the chart of the catalogue that fills the Secrets.
	Operator() string
	// Credentials are what the operator shows to the store. The user makes
	// them: they cannot come out of the store that they open.
	Credentials(spec.Secrets) []Ref
	// Values are what the chart secrets is given for these references.
	Values(spec.Spec, []Ref) map[string]any
	// Entry is where the store has the value of a reference.
	Entry(spec.Spec, Ref) Entry
	// Create is the command that makes an entry from what it is given on
	// stdin, and Change the one that replaces what an entry has.
	Create(spec.Spec, Entry) string
	Change(spec.Spec, Entry) string
}

// Entry is where a store has one value.
type Entry struct {
	Name     string `json:"name"`               // of the secret in the store
	Property string `json:"property,omitempty"` // of the JSON object that it holds; empty: it is the value
}

// Providers are all but the one that generates, which needs no objects.
func Providers() []Provider {
	return []Provider{sealed{}, aws(), azure(), gcp(), ibm(), vault(), agent{}}
}

// Chosen is the provider of these answers; false: values are generated in the
// cluster.
func Chosen(s spec.Spec) (Provider, bool) {
	all := Providers()
	i := slices.IndexFunc(all, func(p Provider) bool { return p.Name() == s.Secrets.Provider })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

// Claim says of references that a provider fills them, also of those that the
// user would make otherwise.
func Claim(p Provider, refs []Ref) []Ref {
	claimed := slices.Clone(refs)
	for i := range claimed {
		claimed[i].From, claimed[i].Given, claimed[i].Yours = p.Name(), claimed[i].Yours, false
	}
	return claimed
}

// Entries are what must exist in the store, each with the references that it
// has the values of, in the order of the references.
func Entries(p Provider, s spec.Spec, refs []Ref) (entries []Entry, holds [][]Ref) {
	for _, r := range refs {
		if r.From != p.Name() {
			continue
		}
		e := p.Entry(s, r)
		i := slices.IndexFunc(entries, func(o Entry) bool { return o.Name == e.Name })
		if i < 0 {
			entries, holds = append(entries, e), append(holds, nil)
			i = len(entries) - 1
		}
		holds[i] = append(holds[i], r)
	}
	return entries, holds
}

// items are the Secrets as the chart lists them.
func items(p Provider, s spec.Spec, refs []Ref) []any {
	var all []any
	for _, group := range Group(refs) {
		var keys []any
		user := ""
		for _, r := range group {
			e := p.Entry(s, r)
			key := map[string]any{"key": r.Key, "entry": e.Name}
			if e.Property != "" {
				key["property"] = e.Property
			}
			keys = append(keys, key)
			if r.User != "" {
				user = r.User
			}
		}
		all = append(all, map[string]any{"name": group[0].Secret, "username": user, "keys": keys})
	}
	return all
}
