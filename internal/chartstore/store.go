// Package chartstore gets the archives of charts that others maintain: from
// the cache, from a mirror, or from where upstream publishes them, and only
// the bytes that were expected.
package chartstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Chart says which chart is wanted and where upstream publishes it.
type Chart struct {
	Name       string
	Version    string
	Repository string // https address of a chart repository; empty: none
	OCI        string // oci:// address without the version; empty: none
	Digest     string // sha256:… of the archive; empty: the first one that comes is trusted
}

func (c Chart) String() string { return c.Name + " " + c.Version }

// Archive is a chart as it is published.
type Archive struct {
	Data   []byte
	Digest string // sha256:…
	From   string // where it was found
	// Trusted means that nobody had said what its digest must be: whoever
	// called should remember it.
	Trusted bool
}

// Store is where charts come from.
type Store struct {
	Dir      string   // keeps what was fetched; empty keeps nothing
	Only     string   // a mirror, instead of upstream: oci://… or oci:DIR
	Before   []string // mirrors that are asked before upstream: oci://…
	Offline  bool     // the cache and oci:DIR only
	Client   *http.Client
	Keychain authn.Keychain
}

// patience is for one chart from one place.
const patience = 2 * time.Minute

// source is one place that may have a chart.
type source struct {
	name  string
	fetch func(context.Context, Chart) ([]byte, error)
}

// Ensure returns the archive of a chart. The kinds of its faults: Denied when
// a registry wants a login, Failed otherwise; both say what was tried.
func (s *Store) Ensure(ctx context.Context, c Chart) (Archive, error) {
	if data, ok := s.cached(c); ok {
		return Archive{Data: data, Digest: Digest(data), From: s.path(c), Trusted: c.Digest == ""}, nil
	}
	sources, err := s.sources(c)
	if err != nil {
		return Archive{}, err
	}
	var tried []error
	kind := fault.Failed
	for _, src := range sources {
		data, err := s.from(ctx, src, c)
		if ctx.Err() != nil {
			return Archive{}, fault.New(fault.Interrupted, fmt.Sprintf("interrupted while chart %s was fetched", c), "")
		}
		if err != nil {
			if denied(err) {
				kind = fault.Denied
			}
			tried = append(tried, fmt.Errorf("%s: %w", src.name, err))
			continue
		}
		if err := s.keep(c, data); err != nil {
			return Archive{}, fault.Wrap(err, fault.Failed, fmt.Sprintf("chart %s cannot be kept in %s", c, s.Dir), "df -h "+s.Dir)
		}
		return Archive{Data: data, Digest: Digest(data), From: src.name, Trusted: c.Digest == ""}, nil
	}
	return Archive{}, s.missing(c, kind, tried)
}

func (s *Store) from(ctx context.Context, src source, c Chart) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	data, err := src.fetch(ctx, c)
	if err != nil {
		return nil, err
	}
	if got := Digest(data); c.Digest != "" && got != c.Digest {
		return nil, fmt.Errorf("%w: it is %s, expected was %s", errDigest, got, c.Digest)
	}
	return data, whole(data)
}

// errDigest is bytes that are not the expected ones.
var errDigest = errors.New("it is not the chart that it should be")

// sources are the places in the order in which they are asked. An archive
// whose digest is known comes from the repository that the digest was read in;
// what was pushed to an OCI registry may have been packed again.
func (s *Store) sources(c Chart) ([]source, error) {
	if s.Only != "" {
		one, err := s.mirror(s.Only, c)
		return []source{one}, err
	}
	if s.Offline {
		return nil, nil
	}
	var all []source
	for _, m := range s.Before {
		one, err := s.mirror(m, c)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	registry := source{name: c.OCI, fetch: func(ctx context.Context, c Chart) ([]byte, error) { return s.pull(ctx, c.OCI, c) }}
	repository := source{name: c.Repository, fetch: s.download}
	for _, src := range []source{registry, repository} {
		if src.name != "" {
			all = append(all, src)
		}
	}
	if n := len(all); n >= 2 && c.Digest != "" && c.OCI != "" && c.Repository != "" {
		all[n-2], all[n-1] = all[n-1], all[n-2]
	}
	return all, nil
}

// mirror is a place that `sparkwiz mirror` has filled.
func (s *Store) mirror(at string, c Chart) (source, error) {
	if dir, ok := strings.CutPrefix(at, "oci:"); ok && !strings.HasPrefix(dir, "//") {
		return source{name: at, fetch: func(_ context.Context, c Chart) ([]byte, error) { return fromLayout(dir, c) }}, nil
	}
	if !strings.HasPrefix(at, "oci://") {
		return source{}, fault.New(fault.Usage, fmt.Sprintf("%q is no place for charts", at), "--charts oci://registry.example.com/spark/charts   # or --charts oci:DIR")
	}
	address := strings.TrimSuffix(at, "/") + "/" + c.Name
	return source{name: address, fetch: func(ctx context.Context, c Chart) ([]byte, error) { return s.pull(ctx, address, c) }}, nil
}

// missing says what was tried and what helps.
func (s *Store) missing(c Chart, kind fault.Kind, tried []error) error {
	address := c.Repository
	if address == "" {
		address = c.OCI
	}
	hint := "sparkwiz mirror --to oci:DIR   # where " + address + " can be reached; here then --charts oci:DIR"
	if kind == fault.Denied {
		hint = "helm registry login …   # or docker login …; then run this again"
	}
	what := fmt.Sprintf("chart %s is not in the cache, and it may not be fetched from %s", c, address)
	if len(tried) > 0 {
		what = fmt.Sprintf("chart %s cannot be had", c)
	}
	if errors.Is(errors.Join(tried...), errDigest) {
		hint = "sparkwiz mirror   # shows which digest is expected; if upstream has published the version anew, nobody knows what is in it"
	}
	return fault.Wrap(errors.Join(tried...), kind, what, hint)
}

// Digest is the sha256 of an archive as registries write it.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
