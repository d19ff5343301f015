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
	mu        sync.Mutex
	manifests map[[sha256.Size]byte]string
}

// Manifest is Manifest, remembered. It may be called by several goroutines.
func (c *Cache) Manifest(r plan.Release, kubeVersion string) (string, error) {
	key, err := json.Marshal([]any{r.Name, r.Chart, r.Namespace, r.Values, kubeVersion})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(key)
	c.mu.Lock()
	m, ok := c.manifests[sum]
	c.mu.Unlock()
	if ok {
		return m, nil
	}
	if m, err = Manifest(r, kubeVersion); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.manifests == nil {
		c.manifests = map[[sha256.Size]byte]string{}
	}
	c.manifests[sum] = m
	return m, nil
}
