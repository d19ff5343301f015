package deploy

import (
	"testing"

	"sigs.k8s.io/yaml"
)

// What External Secrets and the Sealed Secrets controller write into the status of their objects.
func TestFilled(t *testing.T) {
	tests := map[string]struct {
		object string
		done   bool
		fatal  bool
		says   string
	}{
		"nobody has looked at a secret": {
			`{apiVersion: external-secrets.io/v1, kind: ExternalSecret}`, false, false, "externalsecret/x was not looked at by its operator yet",
		},
		"an entry is missing": {
			`{apiVersion: external-secrets.io/v1, kind: ExternalSecret, status: {conditions: [{type: Ready, status: "False", reason: SecretSyncedError, message: "could not get secret data from provider"}]}}`,
			false, true, "externalsecret/x does not get its values from the store: could not get secret data from provider",
		},
		"synced": {
			`{apiVersion: external-secrets.io/v1, kind: ExternalSecret, status: {conditions: [{type: Ready, status: "True", reason: SecretSynced}]}}`, true, false, "externalsecret/x ",
		},
		"a store refuses": {
			`{apiVersion: external-secrets.io/v1, kind: SecretStore, status: {conditions: [{type: Ready, status: "False", reason: InvalidProviderConfig, message: "unable to validate store"}]}}`,
			false, true, "secretstore/x cannot be used: unable to validate store",
		},
		"nobody has looked at a seal": {
			`{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret}`, false, false, "sealedsecret/x was not looked at by its operator yet",
		},
		"another certificate": {
			`{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, status: {conditions: [{type: Synced, status: "False", message: "no key could decrypt secret (token)"}]}}`,
			false, true, "sealedsecret/x cannot be unsealed: no key could decrypt secret (token)",
		},
		"unsealed": {
			`{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, status: {conditions: [{type: Synced, status: "True"}]}}`, true, false, "sealedsecret/x ",
		},
	}
	for name, tt := range tests {
		o := &object{Object: map[string]any{}}
		if err := yaml.Unmarshal([]byte(tt.object), &o.Object); err != nil {
			t.Fatal(err)
		}
		o.SetName("x")
		done, trouble, err := settled(o)
		if err != nil || done != tt.done || trouble.Fatal != tt.fatal || trouble.String() != tt.says {
			t.Errorf("%s: done %t, fatal %t, %q (%v)", name, done, trouble.Fatal, trouble, err)
		}
	}
}
