package chartstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"
)

// An index lists every version of every chart; that of the Prometheus
// community has more than 10 MB.
const largestIndex = 128 << 20

// listed is what an index.yaml says about one version.
type listed struct {
	Version string   `yaml:"version"`
	Digest  string   `yaml:"digest"`
	URLs    []string `yaml:"urls"`
}

// download gets a chart from a repository as `helm repo add` knows them: the
// index says where the archive is, and its digest.
func (s *Store) download(ctx context.Context, c Chart) ([]byte, error) {
	base := strings.TrimSuffix(c.Repository, "/") + "/"
	data, err := s.get(ctx, base+"index.yaml", largestIndex)
	if err != nil {
		return nil, err
	}
	var index struct {
		Entries map[string][]listed `yaml:"entries"`
	}
	if err := yaml.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("its index.yaml cannot be read: %w", err)
	}
	for _, l := range index.Entries[c.Name] {
		if l.Version != c.Version || len(l.URLs) == 0 {
			continue
		}
		address, err := resolve(base, l.URLs[0])
		if err != nil {
			return nil, err
		}
		archive, err := s.get(ctx, address, largest)
		if err != nil {
			return nil, err
		}
		if want := "sha256:" + strings.TrimPrefix(l.Digest, "sha256:"); l.Digest != "" && Digest(archive) != want {
			return nil, fmt.Errorf("%w: %s is %s, its index says %s", errDigest, address, Digest(archive), want)
		}
		return archive, nil
	}
	return nil, errors.New("its index.yaml has no such version")
}

func resolve(base, address string) (string, error) {
	from, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	to, err := from.Parse(address)
	if err != nil {
		return "", err
	}
	return to.String(), nil
}

// get reads an address, but no more than a limit.
func (s *Store) get(ctx context.Context, address string, limit int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than %d MB", address, limit>>20)
	}
	return data, nil
}
