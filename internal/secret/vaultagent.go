package secret

import "github.com/sparkwiz/sparkwiz/internal/spec"

// agent is HashiCorp Vault through its agent injector. The injector puts files
// into pods, and programs here read the environment, which Kubernetes fills
// from Secrets before a container starts; Spark hands executors theirs that
// way, and operators read nothing else. So one pod has the agent beside it,
// and keeps the Secrets as the files say.
type agent struct{}

func (agent) Name() string     { return spec.VaultAgent }
func (agent) Title() string    { return "HashiCorp Vault's agent" }
func (agent) Operator() string { return "vault" }

func (agent) Credentials(s spec.Secrets) []Ref { return authority(s) }

func (a agent) Values(s spec.Spec, refs []Ref) map[string]any {
	return map[string]any{
		"provider": a.Name(),
		"store":    map[string]any{"identity": s.Secrets.Identity},
		"vault": map[string]any{
			"address": s.Secrets.Address, "mount": s.Secrets.Mount, "authPath": s.Secrets.AuthPath, "caSecret": s.Secrets.CA,
		},
		"secrets": items(a, s, refs),
	}
}

func (agent) Entry(s spec.Spec, r Ref) Entry     { return Entry{under(s, r.Secret), r.Key} }
func (agent) Create(s spec.Spec, e Entry) string { return put(s.Secrets, e) }
func (agent) Change(s spec.Spec, e Entry) string { return put(s.Secrets, e) }
