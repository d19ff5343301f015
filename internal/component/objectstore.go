package component

import (
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

const storeSecret = "object-store-credentials"

func objectStore() Component {
	pod := func(s spec.Spec) Pod {
		return Pod{Name: "object-store", Count: 1, CPUMilli: 50, Memory: 128 * mib, Volume: quantity(s.Storage.Size)}
	}
	return Component{
		Name: "object-store", Title: "Object store (dev)", Chart: "object-store",
		When:    func(s spec.Spec) bool { return s.Storage.Mode == spec.InCluster },
		Secrets: storeKeys,
		Flows:   storeFlows,
		Pods:    func(s spec.Spec) []Pod { return []Pod{pod(s)} },
		Values: func(s spec.Spec) map[string]any {
			return map[string]any{
				"imageRegistry":  s.Images.Registry,
				"existingSecret": storeSecret,
				"buckets":        []any{s.Storage.Bucket},
				"persistence":    map[string]any{"size": s.Storage.Size, "storageClass": s.Storage.Class},
				"resources":      resources(pod(s)),
			}
		},
	}
}

// storeKeys are the keys of the store, wherever it is.
func storeKeys(s spec.Spec) []secret.Ref {
	switch {
	case s.Storage.Mode == spec.Azure:
		return []secret.Ref{{Secret: s.Storage.Secret, Key: "account-key", Purpose: "access key of the storage account", Yours: true}}
	case s.Storage.Mode == spec.GCS && s.Storage.Secret == "":
		return nil // Google Cloud knows the pods by their ServiceAccounts.
	case s.Storage.Mode == spec.GCS:
		return []secret.Ref{{Secret: s.Storage.Secret, Key: "key.json", Purpose: "key file of a Google service account", Yours: true}}
	}
	name, yours := storeSecret, false
	if s.Storage.Mode == spec.External {
		name, yours = s.Storage.Secret, true
	}
	return []secret.Ref{
		{Secret: name, Key: "access-key", Purpose: "S3 access key", Yours: yours},
		{Secret: name, Key: "secret-key", Purpose: "S3 secret key", Yours: yours},
	}
}

// store is the part of a client's chart that says where the bucket is: the
// section store, and the one of the store's kind.
func store(s spec.Spec) map[string]any {
	at := func(kind, secret string) map[string]any {
		return map[string]any{"type": kind, "bucket": s.Storage.Bucket, "existingSecret": secret}
	}
	switch s.Storage.Mode {
	case spec.GCS:
		return map[string]any{"store": at("gcs", s.Storage.Secret), "gcs": map[string]any{"keyFileKey": "key.json"}}
	case spec.Azure:
		return map[string]any{
			"store": at("azure", s.Storage.Secret),
			"azure": map[string]any{"account": s.Storage.Account, "accountKeyKey": "account-key"},
		}
	case spec.External:
		return map[string]any{"store": at("s3", s.Storage.Secret), "s3": map[string]any{
			"endpoint": strings.TrimSuffix(s.Storage.Endpoint, "/"), "region": s.Storage.Region, "pathStyle": s.Storage.PathStyle,
			"sslEnabled":   !strings.HasPrefix(s.Storage.Endpoint, "http://"),
			"accessKeyKey": "access-key", "secretKeyKey": "secret-key",
		}}
	}
	return map[string]any{"store": at("s3", storeSecret), "s3": map[string]any{
		"endpoint": "http://object-store:7070", "region": "us-east-1", "pathStyle": true, "sslEnabled": false,
		"accessKeyKey": "access-key", "secretKeyKey": "secret-key",
	}}
}

// storePeers lets pods out to the store. The charts' default is the store in
// the cluster; one that is brought along may be anywhere.
func storePeers(s spec.Spec) map[string]any {
	if s.Storage.Mode == spec.InCluster {
		return map[string]any{}
	}
	return map[string]any{"storePeers": anywhere()}
}
