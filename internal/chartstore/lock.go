package chartstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Lock is what an environment was installed from, byte for byte. What upstream
// gives no digest for is pinned here when it is first fetched.
type Lock struct {
	Charts map[string]string `json:"charts,omitempty"` // "name version" → sha256:…
	Images map[string]string `json:"images,omitempty"` // reference → sha256:… of what it was when it was mirrored
}

// LoadLock reads a lock file. None is an empty lock.
func LoadLock(path string) (Lock, error) {
	lock := Lock{Charts: map[string]string{}, Images: map[string]string{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return lock, nil
	}
	if err == nil {
		err = yaml.UnmarshalStrict(data, &lock)
	}
	if err != nil {
		return lock, fault.Wrap(err, fault.Usage, fmt.Sprintf("the lock file %s cannot be read", path), "git checkout "+path+"   # or move it away: digests are then trusted anew")
	}
	return lock, nil
}

// Pin gives a chart the digest that the lock has for it, unless upstream's own
// is known.
func (l Lock) Pin(c Chart) Chart {
	if c.Digest == "" {
		c.Digest = l.Charts[c.String()]
	}
	return c
}

// Save replaces a lock file.
func (l Lock) Save(path string) error {
	data, err := yaml.Marshal(l)
	if err != nil {
		return err
	}
	return replace(path, append([]byte("# Written by sparkwiz: what this environment is installed from. Keep it in git.\n"), data...))
}
