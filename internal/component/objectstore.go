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
		Pods:    func(s spec.Spec) []Pod { return []Pod{pod(s)} },
		Values: func(s spec.Spec) map[string]any {
			return map[string]any{
				"imageRegistry":  s.Images.Registry,
				"existingSecret": storeSecret,
				"persistence":    map[string]any{"size": s.Storage.Size, "storageClass": s.Storage.Class},
				"resources":      resources(pod(s)),
			}
		},
	}
}

// storeKeys are the S3 keys, wherever the store is.
func storeKeys(s spec.Spec) []secret.Ref {
	name, yours := storeSecret, false
	if s.Storage.Mode == spec.External {
		name, yours = s.Storage.Secret, true
	}
	return []secret.Ref{
		{Secret: name, Key: "access-key", Purpose: "S3 access key", Yours: yours},
		{Secret: name, Key: "secret-key", Purpose: "S3 secret key", Yours: yours},
	}
}

// s3 is how every client reaches the store.
func s3(s spec.Spec) map[string]any {
	v := map[string]any{
		"endpoint": "http://object-store:7070", "region": "us-east-1", "pathStyle": true, "sslEnabled": false,
		"existingSecret": storeSecret, "accessKeyKey": "access-key", "secretKeyKey": "secret-key",
	}
	if s.Storage.Mode == spec.External {
		v["endpoint"], v["region"], v["pathStyle"] = s.Storage.Endpoint, s.Storage.Region, s.Storage.PathStyle
		v["sslEnabled"] = !strings.HasPrefix(s.Storage.Endpoint, "http://")
		v["existingSecret"] = s.Storage.Secret
	}
	return v
}
