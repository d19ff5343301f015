package render

import (
	"crypto/sha256"
	"encoding/json"
	"sync"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// Cache remembers manifests by chart, values and Kubernetes version, so that
// an answer re-renders only the releases that it changes.
type Cache struct {
	Charts Charts // for releases of upstream charts; set before the first use

	mu       sync.Mutex
	rendered map[[sha256.Size]byte]Rendered
}

// Manifest is Manifest, remembered. It may be called by several goroutines.
func (c *Cache) Manifest(r plan.Release, kubeVersion string) (string, error) {
	out, err := c.Render(r, kubeVersion)
	return out.Manifest, err
}

// Render is Charts.Render, remembered. It may be called by several goroutines.
func (c *Cache) Render(r plan.Release, kubeVersion string) (Rendered, error) {
	key, err := json.Marshal([]any{r.Name, r.Chart, r.Upstream, r.Namespace, r.Values, kubeVersion})
	if err != nil {
		return Rendered{}, err
	}
	sum := sha256.Sum256(key)
	c.mu.Lock()
	out, ok := c.rendered[sum]
	c.mu.Unlock()
	if ok {
		return out, nil
	}
	if out, err = c.Charts.Render(r, kubeVersion); err != nil {
		return Rendered{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rendered == nil {
		c.rendered = map[[sha256.Size]byte]Rendered{}
	}
	c.rendered[sum] = out
	return out, nil
}
