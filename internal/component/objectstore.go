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
				"buckets":        []any{s.Storage.Bucket},
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
		v["endpoint"], v["region"], v["pathStyle"] = strings.TrimSuffix(s.Storage.Endpoint, "/"), s.Storage.Region, s.Storage.PathStyle
		v["sslEnabled"] = !strings.HasPrefix(s.Storage.Endpoint, "http://")
		v["existingSecret"] = s.Storage.Secret
	}
	return v
}

// networkPolicy lets pods out to the store. The charts' default is the store
// in the cluster; one that is brought along may be anywhere, in another
// namespace too, and its address is not known by number.
func networkPolicy(s spec.Spec) map[string]any {
	if s.Storage.Mode != spec.External {
		return map[string]any{}
	}
	return map[string]any{"s3Peers": []any{
		map[string]any{"ipBlock": map[string]any{"cidr": "0.0.0.0/0"}},
		map[string]any{"ipBlock": map[string]any{"cidr": "::/0"}},
		map[string]any{"namespaceSelector": map[string]any{}},
	}}
}
