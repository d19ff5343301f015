package mirror

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// hub reaches registries.
type hub struct {
	address   string // host, with a path if it has one; empty: wherever an image says
	keychain  authn.Keychain
	transport http.RoundTripper
	platform  *v1.Platform // nil: all that there are
}

func (h hub) options(ctx context.Context) []remote.Option {
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(h.keychain), remote.WithJobs(2)}
	if h.transport != nil {
		options = append(options, remote.WithTransport(h.transport))
	}
	if h.platform != nil {
		options = append(options, remote.WithPlatform(*h.platform))
	}
	return options
}

func (h hub) at(place string) (name.Reference, error) {
	if h.address == "" {
		return name.ParseReference(place)
	}
	return name.ParseReference(strings.TrimSuffix(h.address, "/") + "/" + place)
}

// has returns the digest that a registry has at a place, empty if nothing.
func (h hub) has(ctx context.Context, place string) (string, error) {
	ref, err := h.at(place)
	if err != nil {
		return "", err
	}
	d, err := remote.Head(ref, h.options(ctx)...)
	var answer *transport.Error
	if errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return d.Digest.String(), nil
}

// get describes an image of a registry. Its parts are read when they are
// copied, and compared with their digests while they are.
func (h hub) get(ctx context.Context, place string) (thing, error) {
	ref, err := h.at(place)
	if err != nil {
		return thing{}, err
	}
	d, err := remote.Get(ref, h.options(ctx)...)
	if err != nil {
		return thing{}, err
	}
	if d.MediaType.IsIndex() && h.platform == nil {
		index, err := d.ImageIndex()
		return thing{index: index}, err
	}
	image, err := d.Image()
	return thing{image: image}, err
}

// put copies the parts that the registry lacks, and then the name.
func (h hub) put(ctx context.Context, i Item, t thing) error {
	ref, err := h.at(i.Place)
	if err != nil {
		return err
	}
	options := h.options(ctx)
	if t.index != nil {
		return remote.WriteIndex(ref, t.index, options...)
	}
	return remote.Write(ref, t.image, options...)
}

// denied reports whether a registry wants a login.
func denied(err error) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden)
}
