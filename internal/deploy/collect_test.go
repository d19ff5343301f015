package deploy

import (
	"context"
	"testing"
)

// TestCollect looks at a real API server as its administrator, and as somebody
// who may see nothing: that is unknown, and no error.
func TestCollect(t *testing.T) {
	c, _ := cluster(t)
	f, err := c.Collect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !f.Known || f.Version == "" || f.UID == "" || len(f.Unknown) > 0 || !f.Serves("apps/v1") || len(f.Contexts) == 0 {
		t.Errorf("facts: %+v", f)
	}
	if sc, ok := f.DefaultStorageClass(); !ok || sc.Name != "standard" {
		t.Errorf("default StorageClass: %+v", sc)
	}
	if _, ok := f.Namespace("kube-system"); !ok {
		t.Error("there is no kube-system")
	}
	if free := f.Free(""); free.CPUMilli < 32_000 || free.Memory < 128<<30 {
		t.Errorf("free: %+v", free)
	}
	f, err = as(t, c, "nobody-in-particular").Collect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"nodes", "pods", "storageClasses", "namespaces", "uid"} {
		if f.Unknown[what] == "" {
			t.Errorf("%s counts as known", what)
		}
	}
	if !f.Known || !f.Serves("apps/v1") {
		t.Errorf("facts: %+v", f)
	}
}
