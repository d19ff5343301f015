package wizard

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// probing is a cluster whose store can be looked at.
func probing() Options {
	o := options()
	o.Probe = func(_ context.Context, s spec.Spec) ([]string, error) {
		if s.Secrets.Provider == spec.IBM {
			return nil, errors.New("the cluster went away")
		}
		return []string{"✓ api          served for " + s.Secrets.Provider, "✗ credentials  store-keys is not there"}, nil
	}
	return o
}

// The page of the provider looks at the store while one answers, once for what the answers have come to rest at.
func TestStoreIsLookedAt(t *testing.T) {
	driven(t, probing(), func(d *drive) {
		d.wait(time.Second)
		d.page("secrets").wait(2 * time.Second).hides("served for")
		d.press("down").shows("looking whether it can fill").hides("served for")
		d.wait(2*time.Second).shows("served for aws", "store-keys is not there")
		d.press("down", "down", "down").wait(2 * time.Second).shows("the cluster went away").hides("served for")
		d.press("up", "up", "up", "up").wait(2 * time.Second).hides("went away")
	})
}
