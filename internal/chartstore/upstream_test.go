package chartstore_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
)

const version = "1.2.3"

// packed is one of the charts of the tests, as an archive.
func packed(t *testing.T, chart string) []byte {
	t.Helper()
	root := filepath.Join("..", "testdata", "charts", chart)
	var files []chartstore.File
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, chartstore.File{Path: strings.TrimPrefix(path, root+"/"), Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := chartstore.Pack(chart, files)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// upstream is a chart repository and a registry that count who asks.
type upstream struct {
	repository, registry string

	mu      sync.Mutex
	asked   []string
	files   map[string][]byte
	refuse  int           // answers every registry request with this status
	stalled chan struct{} // closed when an archive has begun and will never end
}

func (u *upstream) ask(what string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = append(u.asked, what)
}

func (u *upstream) visits() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(slices.Compact(slices.Clone(u.asked)), " ")
}

func startUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{files: map[string][]byte{}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.ask("web")
		data, ok := u.files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if u.stalled != nil && strings.HasSuffix(r.URL.Path, ".tgz") {
			w.Header().Set("Content-Length", strconv.Itoa(len(data)))
			_, _ = w.Write(data[:len(data)/2])
			w.(http.Flusher).Flush()
			close(u.stalled)
			<-r.Context().Done()
			return
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(web.Close)
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	oci := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.ask("oci")
		if u.refuse != 0 {
			w.WriteHeader(u.refuse)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(oci.Close)
	u.repository, u.registry = web.URL+"/helm", "oci://"+strings.TrimPrefix(oci.URL, "http://")+"/charts"
	return u
}

// publish puts a chart into the repository.
func (u *upstream) publish(chart string, archive []byte, digest string) {
	u.files["/helm/index.yaml"] = fmt.Appendf(nil, "apiVersion: v1\nentries:\n  other: []\n  %s:\n  - {version: 9.9.9, urls: [elsewhere.tgz]}\n  - {version: %s, digest: %q, urls: [files/x.tgz]}\n", chart, version, digest)
	u.files["/helm/files/x.tgz"] = archive
}

// push puts a chart into the registry.
func (u *upstream) push(t *testing.T, chart string, archive []byte) {
	t.Helper()
	image, err := chartstore.Wrap(archive)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(strings.TrimPrefix(u.registry, "oci://") + "/" + chart + ":" + version)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatal(err)
	}
	u.mu.Lock()
	u.asked = nil
	u.mu.Unlock()
}

func (u *upstream) chart(name, digest string) chartstore.Chart {
	return chartstore.Chart{Name: name, Version: version, Repository: u.repository, OCI: u.registry + "/" + name, Digest: digest}
}
