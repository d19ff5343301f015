package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/local"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// chartStore is where upstream charts come from: what --charts names and
// nothing else; or a mirror that has the images too, if there is one, and then
// upstream.
func (a *app) chartStore(registry string, offline bool) *chartstore.Store {
	s := &chartstore.Store{Dir: local.ChartDir(), Only: a.flags.charts, Offline: offline}
	if registry != "" {
		s.Before = []string{"oci://" + registry + "/charts"}
	}
	return s
}

// charts gets the archives of the plan's upstream charts. A digest that nobody
// knew before is pinned in the lock of the environment.
func (a *app) charts(ctx context.Context, p plan.Plan, offline bool) (render.Charts, error) {
	all := render.Charts{}
	path := a.lockFile(p.Environment)
	lock, err := chartstore.LoadLock(path)
	if err != nil {
		return nil, err
	}
	store, changed := a.chartStore(p.Spec.Images.Registry, offline), false
	var failed []error
	for _, r := range p.Releases {
		if r.Upstream == nil {
			continue
		}
		c := chartstore.Chart{Name: r.Chart, Version: r.Upstream.Version, Repository: r.Upstream.Repository, OCI: r.Upstream.OCI, Digest: r.Upstream.Digest}
		got, err := store.Ensure(ctx, lock.Pin(c))
		if err != nil {
			failed = append(failed, err)
			continue
		}
		all[r.Chart] = got.Data
		if lock.Charts[c.String()] != got.Digest {
			lock.Charts[c.String()], changed = got.Digest, true
		}
		if got.Trusted && a.flags.output == "text" {
			fmt.Fprintf(a.console.Err, "Chart %s is %s; upstream gives no digest to compare it with.\n", c, got.Digest)
		}
	}
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	if changed {
		a.saveLock(lock, path)
	}
	return all, nil
}

// lockFile says what an environment was installed from.
func (a *app) lockFile(environment string) string {
	return filepath.Join(filepath.Dir(a.answersFile(environment)), "lock.yaml")
}

// saveLock keeps a lock beside the answers. Where nobody keeps answers it is
// not kept either, and a disk that is full stops nothing.
func (a *app) saveLock(lock chartstore.Lock, path string) {
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return
	}
	if err := lock.Save(path); err != nil {
		fmt.Fprintf(a.console.Err, "! %s could not be written: %v\n", path, err)
	}
}
