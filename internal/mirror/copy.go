package mirror

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// Options is one piece of copying.
type Options struct {
	Items     []Item            // what is copied; with From: all that is there, if empty
	From      string            // oci:DIR, instead of where each item is published
	To        string            // oci:DIR, or the address of a registry
	Charts    *chartstore.Store // upstream charts come from here
	Archives  string            // directory with images that were built here, for what no registry has
	Platform  string            // os/architecture; empty copies all that an image is made for
	Parallel  int               // items at the same time; 0 means 4
	Keychain  authn.Keychain    // nil: what docker and helm have logged in to
	Transport http.RoundTripper // nil: the usual one
}

// Copied is what one item was, when it was copied.
type Copied struct {
	Item
	Digest string `json:"digest"` // sha256:… of a chart's archive, or of an image's manifest
}

// target is where things are copied to.
type target interface {
	has(ctx context.Context, place string) (string, error)
	put(ctx context.Context, i Item, t thing) error
}

// Copy copies what the target lacks. What was copied before is compared by
// digest and left alone, so running it again goes on after anything.
//
// The kinds of its faults: Usage for an address that is none, Interrupted,
// Partial when some items were copied and others not, Denied when a registry
// wants a login and nothing was copied, Failed otherwise.
func Copy(ctx context.Context, o Options, observe progress.Observer) ([]Copied, error) {
	c, err := o.courier(observe)
	if err != nil {
		return nil, err
	}
	type outcome struct {
		copied Copied
		err    error
	}
	outcomes := make([]outcome, len(c.Items))
	slots := make(chan struct{}, c.Parallel)
	for _, i := range c.Items {
		c.tell(progress.Event{Step: i.step(), Title: i.String(), State: progress.Waiting})
	}
	var wg sync.WaitGroup
	for n, i := range c.Items {
		wg.Go(func() {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
			case <-ctx.Done():
				outcomes[n].err = ctx.Err()
				return
			}
			if outcomes[n].err = ctx.Err(); outcomes[n].err == nil {
				outcomes[n].copied, outcomes[n].err = c.carry(ctx, i)
			}
		})
	}
	wg.Wait()
	var all []Copied
	var failed []error
	for _, out := range outcomes {
		if out.err == nil {
			all = append(all, out.copied)
		} else if !errors.Is(out.err, context.Canceled) {
			failed = append(failed, out.err)
		}
	}
	return all, verdict(ctx, len(all), len(outcomes), failed)
}

func verdict(ctx context.Context, done, all int, failed []error) error {
	again := "sparkwiz mirror …   # the same command again goes on where this stopped"
	switch {
	case ctx.Err() != nil:
		return fault.New(fault.Interrupted, fmt.Sprintf("interrupted: %d of %d are copied", done, all), again)
	case len(failed) == 0:
		return nil
	case done > 0:
		return fault.Wrap(errors.Join(failed...), fault.Partial, fmt.Sprintf("%d of %d are copied, %d are not", done, all, len(failed)), again)
	}
	return errors.Join(failed...)
}

// courier is one run of Copy.
type courier struct {
	Options
	observe  progress.Observer
	mu       sync.Mutex // events come one at a time
	to       target
	from     *directory // nil: from where things are published
	platform *v1.Platform
}

func (o Options) courier(observe progress.Observer) (*courier, error) {
	if observe == nil {
		observe = progress.Nobody
	}
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if o.Keychain == nil {
		o.Keychain = authn.DefaultKeychain
	}
	c := &courier{Options: o, observe: observe}
	if o.Platform != "" {
		p, err := v1.ParsePlatform(o.Platform)
		if err != nil || p.OS == "" || p.Architecture == "" {
			return nil, fault.New(fault.Usage, fmt.Sprintf("%q is no platform", o.Platform), "--platform linux/amd64")
		}
		c.platform = p
	}
	if o.From != "" {
		dir, ok := Directory(o.From)
		if !ok {
			return nil, fault.New(fault.Usage, fmt.Sprintf("%q is no directory that a mirror was written to", o.From), "--from oci:DIR")
		}
		c.from = &directory{path: dir}
		all, err := c.from.items()
		if err != nil {
			return nil, fault.Wrap(err, fault.Usage, "nothing can be read from "+o.From, "sparkwiz mirror --to "+o.From)
		}
		if len(c.Items) == 0 {
			c.Items = all
		}
	}
	err := c.aim()
	return c, err
}

// aim finds out where to.
func (c *courier) aim() error {
	if dir, ok := Directory(c.To); ok {
		d := &directory{path: dir}
		if err := d.prepare(); err != nil {
			return fault.Wrap(err, fault.Failed, "nothing can be written to "+c.To, "ls -la "+dir)
		}
		c.to = d
		return nil
	}
	address := strings.TrimSuffix(strings.TrimPrefix(c.To, "oci://"), "/")
	if _, err := name.NewRepository(address + "/x"); err != nil || strings.Contains(address, "://") || !strings.ContainsAny(strings.SplitN(address, "/", 2)[0], ".:") {
		return fault.New(fault.Usage, fmt.Sprintf("%q is no registry", c.To), "--to registry.example.com/spark   # or --to oci:DIR")
	}
	c.to = hub{address: address, keychain: c.Keychain, transport: c.Transport}
	return nil
}

// Directory returns the path of an address on disk, oci:DIR.
func Directory(address string) (string, bool) {
	dir, ok := strings.CutPrefix(address, "oci:")
	return dir, ok && dir != "" && !strings.HasPrefix(dir, "//")
}

func (c *courier) tell(e progress.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observe(e)
}
