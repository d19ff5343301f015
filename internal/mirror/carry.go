package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// carry copies one item and says how it went.
func (c *courier) carry(ctx context.Context, i Item) (Copied, error) {
	began := time.Now()
	event := func(state progress.State) progress.Event {
		return progress.Event{Time: time.Now(), Step: i.step(), Title: i.String(), State: state}
	}
	c.tell(event(progress.Running))
	digest, wrote, err := c.copy(ctx, i)
	e := event(progress.Same)
	switch {
	case ctx.Err() != nil:
		e.State, e.Reason = progress.Skipped, "interrupted"
		err = ctx.Err()
	case err != nil:
		err = explain(i, err)
		e.State, e.Reason = progress.Failed, err.Error()
		if hints := fault.Hints(err); len(hints) > 0 {
			e.Hint = hints[0]
		}
	case wrote:
		e.State = progress.Done
	}
	e.Took = time.Since(began)
	c.tell(e)
	return Copied{i, digest}, err
}

// explain names what could not be copied, and a way out.
func explain(i Item, err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return err
	case denied(err):
		return fault.Wrap(err, fault.Denied, fmt.Sprintf("%s: the registry wants a login, or has no such thing", i), "docker login …   # for the registry that is named; then run this again")
	case errors.Is(err, errDamaged):
		return fault.Wrap(err, fault.Failed, fmt.Sprintf("%s is damaged on disk", i), "sparkwiz mirror --to oci:DIR   # fetches the damaged parts again")
	}
	hint := "sparkwiz mirror …   # again, where " + i.Source + " can be reached"
	if strings.HasPrefix(i.Name, "docker.io/sparkwiz/") {
		hint = "make images   # builds it; what was built here is taken from there"
	}
	return fault.Wrap(err, fault.Failed, fmt.Sprintf("%s cannot be copied", i), hint)
}

// copy brings one item to the target, and reports whether anything had to be
// written.
func (c *courier) copy(ctx context.Context, i Item) (digest string, wrote bool, err error) {
	there, err := c.to.has(ctx, i.Place)
	if err != nil {
		return "", false, err
	}
	if there != "" && c.from == nil && i.Kind == Image && c.platform == nil {
		// One short question may save reading it all.
		now, err := c.anywhere().has(ctx, i.Source)
		if err == nil && now == there && c.sound(ctx, i) {
			return there, false, nil
		}
	}
	t, err := c.fetch(ctx, i)
	if err != nil {
		return "", false, err
	}
	hash, err := t.manifest().Digest()
	if err != nil {
		return "", false, err
	}
	if digest = t.archive; digest == "" {
		digest = hash.String()
	}
	if there == hash.String() && c.sound(ctx, i) {
		return digest, false, nil
	}
	return digest, true, c.to.put(ctx, i, t)
}

// sound reports whether what the target has is whole. A registry sees to that
// itself.
func (c *courier) sound(ctx context.Context, i Item) bool {
	d, ok := c.to.(*directory)
	if !ok {
		return true
	}
	_, err := d.get(ctx, i.Place)
	return err == nil
}

func (c *courier) anywhere() hub {
	return hub{keychain: c.Keychain, transport: c.Transport, platform: c.platform}
}

// fetch gets one item from where it is published, or from a directory.
func (c *courier) fetch(ctx context.Context, i Item) (thing, error) {
	switch {
	case c.from != nil:
		return c.unpack(ctx, i)
	case i.Kind == Chart:
		return c.chart(ctx, i)
	}
	t, err := c.anywhere().get(ctx, i.Source)
	if err == nil || ctx.Err() != nil {
		return t, err
	}
	if built, none := (shelf{c.Archives}).get(i.Source); none == nil {
		return built, nil
	}
	return t, err
}

func (c *courier) unpack(ctx context.Context, i Item) (thing, error) {
	t, err := c.from.get(ctx, i.Place)
	if err != nil || i.Kind != Chart {
		return t, err
	}
	data, err := chartstore.Unwrap(t.image)
	if err != nil {
		return thing{}, err
	}
	t.archive = chartstore.Digest(data)
	if e, ok := catalogue.Find(i.Name); ok && e.Version == i.Version && e.Digest != "" && e.Digest != t.archive {
		return thing{}, fmt.Errorf("its archive is %s, the catalogue says %s", t.archive, e.Digest)
	}
	return t, nil
}

func (c *courier) chart(ctx context.Context, i Item) (thing, error) {
	archive, err := c.archive(ctx, i)
	if err != nil {
		return thing{}, err
	}
	image, err := chartstore.Wrap(archive)
	return thing{image: image, archive: chartstore.Digest(archive)}, err
}

func (c *courier) archive(ctx context.Context, i Item) ([]byte, error) {
	if i.Source == ours {
		_, archive, err := packed(i.Name)
		return archive, err
	}
	pinned := i.upstream
	pinned.Digest = i.Digest // The lock may know one where upstream gives none.
	got, err := c.Charts.Ensure(ctx, pinned)
	return got.Data, err
}
