package render_test

import (
	"fmt"
	"sync"
	"testing"

	sigs "sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func yaml(t testing.TB, v any) []byte {
	t.Helper()
	data, err := sigs.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestCache renders platforms that differ in one answer each, several times
// and at the same time: each must come out as without a cache.
func TestCache(t *testing.T) {
	var releases []plan.Release
	for n := range 3 {
		s := spec.Default()
		s.Namespace, s.Spark.Executor.Max = fmt.Sprintf("spark-%d", n%2), 2+n/2
		p, err := plan.Make(s, facts.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, p.Releases...)
	}
	var cache render.Cache
	var wg sync.WaitGroup
	for range 3 {
		for _, r := range releases {
			wg.Go(func() {
				want, err := render.Manifest(r, kube)
				if err != nil {
					t.Error(err)
				}
				if got, err := cache.Manifest(r, kube); err != nil || got != want {
					t.Errorf("%s in %s: the cache has another manifest (%v)", r.Name, r.Namespace, err)
				}
			})
		}
	}
	wg.Wait()

	r := releases[0]
	if _, err := cache.Manifest(r, "v1.20.0"); err == nil {
		t.Error("a manifest for another Kubernetes came out of the cache")
	}
	r.Values = map[string]any{"no": "such value"}
	for range 2 {
		if _, err := cache.Manifest(r, kube); err == nil {
			t.Error("the cache accepted values that do not fit")
		}
	}
}

func BenchmarkManifestsCold(b *testing.B) {
	p := quickstart(b)
	for b.Loop() {
		for _, r := range p.Releases {
			if _, err := render.Manifest(r, kube); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkManifestsCached(b *testing.B) {
	p := quickstart(b)
	var cache render.Cache
	for b.Loop() {
		for _, r := range p.Releases {
			if _, err := cache.Manifest(r, kube); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkAnswer is what the wizard does after one answer: plan again, and
// render what has changed.
func BenchmarkAnswer(b *testing.B) {
	var cache render.Cache
	s := spec.Default()
	for b.Loop() {
		s.Spark.Executor.Max++
		p, err := plan.Make(s, facts.Facts{})
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range p.Releases {
			if _, err := cache.Manifest(r, kube); err != nil {
				b.Fatal(err)
			}
		}
	}
}
