package secret

import (
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// external is a store that External Secrets reads. The providers that work
// this way are rows of it, a file each.
type external struct {
	name, title string
	// keys are what the store is opened with when it is opened statically.
	keys []Ref
	// section is the provider's own part of the chart's values; identity is
	// in the part that all have.
	section func(spec.Secrets) map[string]any
	// entry names the value of a key of a Secret in the store.
	entry func(s spec.Spec, r Ref) Entry
	// create and change are command lines of the store's own client.
	create, change func(spec.Secrets, Entry) string
}

func (e external) Name() string     { return e.name }
func (e external) Title() string    { return e.title }
func (e external) Operator() string { return "external-secrets" }

// Credentials are none when the store is somebody's already, or opened by
// identity.
func (e external) Credentials(s spec.Secrets) []Ref {
	var refs []Ref
	if s.Store != "" {
		return nil
	}
	if s.Auth == spec.Static {
		for _, k := range e.keys {
			k.Secret, k.Yours = s.Secret, true
			refs = append(refs, k)
		}
	}
	return append(refs, authority(s)...)
}

// authority is the certificate that a Vault of one's own is known by.
func authority(s spec.Secrets) []Ref {
	if s.CA == "" || s.Provider != spec.Vault && s.Provider != spec.VaultAgent {
		return nil
	}
	return []Ref{{Secret: s.CA, Key: "ca.crt", Purpose: "authority that signed Vault's certificate", Yours: true}}
}

// Values has only what these answers give a meaning to: what has none must not
// change the plan.
func (e external) Values(s spec.Spec, refs []Ref) map[string]any {
	store := map[string]any{"refreshInterval": s.Secrets.Refresh}
	values := map[string]any{"provider": e.name, "store": store, "secrets": items(e, s, refs)}
	switch {
	case s.Secrets.Store != "":
		store["existing"], store["kind"] = s.Secrets.Store, s.Secrets.StoreKind
		return values
	case s.Secrets.Auth == spec.Static:
		store["auth"], store["existingSecret"] = spec.Static, s.Secrets.Secret
	default:
		store["auth"], store["identity"] = spec.Identity, s.Secrets.Identity
	}
	values[e.name] = e.section(s.Secrets)
	return values
}

func (e external) Entry(s spec.Spec, r Ref) Entry         { return e.entry(s, r) }
func (e external) Create(s spec.Spec, entry Entry) string { return e.create(s.Secrets, entry) }
func (e external) Change(s spec.Spec, entry Entry) string { return e.change(s.Secrets, entry) }

// under is the name of a Secret in a store that has directories: environments
// that share a store do not share passwords.
func under(s spec.Spec, name string) string {
	return s.Secrets.Path + "/" + s.Environment + "/" + name
}

// flat is the same for stores whose names have no slashes, dots or
// underscores.
func flat(s spec.Spec, name string) string {
	return strings.NewReplacer("/", "-", ".", "-", "_", "-").Replace(under(s, name))
}
