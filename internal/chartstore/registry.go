package chartstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Tag is the tag under which registries keep a version: a plus sign is not
// allowed in one.
func Tag(version string) string { return strings.ReplaceAll(version, "+", "_") }

// pull gets a chart from an OCI registry.
func (s *Store) pull(ctx context.Context, address string, c Chart) ([]byte, error) {
	ref, err := name.ParseReference(strings.TrimPrefix(address, "oci://") + ":" + Tag(c.Version))
	if err != nil {
		return nil, err
	}
	image, err := remote.Image(ref, s.options(ctx)...)
	if err != nil {
		return nil, err
	}
	return Unwrap(image)
}

func (s *Store) options(ctx context.Context) []remote.Option {
	keychain := s.Keychain
	if keychain == nil {
		keychain = authn.DefaultKeychain
	}
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(keychain)}
	if s.Client != nil && s.Client.Transport != nil {
		options = append(options, remote.WithTransport(s.Client.Transport))
	}
	return options
}

// denied reports whether a registry wants somebody else to ask. A public
// registry says the same of what does not exist.
func denied(err error) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden)
}

// limited reads to the end, but no more than a chart may have.
func limited(r io.ReadCloser) ([]byte, error) {
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, largest+1))
	if err == nil && len(data) > largest {
		err = fmt.Errorf("it is larger than %d MB", largest>>20)
	}
	return data, err
}
