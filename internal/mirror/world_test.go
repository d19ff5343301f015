package mirror

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// internet is every registry there is, on this machine. It is also how the
// test reaches them, whatever they are called.
type internet struct {
	host     string
	requests atomic.Int64
	writes   atomic.Int64
	refuse   atomic.Int64              // answers everything with this status
	before   func(*http.Request) error // may hold a request up
	at, most atomic.Int64              // requests at the same time
}

func connect(t *testing.T) *internet {
	t.Helper()
	net := &internet{}
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			net.writes.Add(1)
		}
		if status := net.refuse.Load(); status != 0 {
			w.WriteHeader(int(status))
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	net.host = strings.TrimPrefix(server.URL, "http://")
	return net
}

func (n *internet) RoundTrip(r *http.Request) (*http.Response, error) {
	n.requests.Add(1)
	now := n.at.Add(1)
	defer n.at.Add(-1)
	for most := n.most.Load(); now > most && !n.most.CompareAndSwap(most, now); most = n.most.Load() {
	}
	if n.before != nil {
		if err := n.before(r); err != nil {
			return nil, err
		}
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", n.host, n.host
	return http.DefaultTransport.RoundTrip(r)
}

// offline is a machine without a network.
type offline struct{}

func (offline) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("dial tcp: lookup %s: no such host", r.URL.Host)
}

// world is what is published, and the items that name it.
type world struct {
	net     *internet
	items   []Item
	digests map[string]string // of what is copied, by place
	charts  *chartstore.Store
}

func publish(t *testing.T) *world {
	t.Helper()
	w := &world{net: connect(t), digests: map[string]string{}}
	one, err := random.Image(3000, 3)
	if err != nil {
		t.Fatal(err)
	}
	many := twoPlatforms(t)
	options := []remote.Option{remote.WithTransport(w.net)}
	for reference, push := range map[string]func(name.Reference) error{
		"docker.io/sparkwiz/spark:4.1.4": func(r name.Reference) error { return remote.Write(r, one, options...) },
		"quay.io/some/thing:v1":          func(r name.Reference) error { return remote.WriteIndex(r, many, options...) },
	} {
		ref, err := name.ParseReference(reference)
		if err != nil {
			t.Fatal(err)
		}
		if err := push(ref); err != nil {
			t.Fatal(err)
		}
		w.items = append(w.items, imageItem(reference, "test"))
	}
	w.digests["sparkwiz/spark:4.1.4"], w.digests["some/thing:v1"] = digestOf(t, one), digestOf(t, many)
	archive, err := chartstore.Pack("widgets", []chartstore.File{{Path: "Chart.yaml", Data: []byte("apiVersion: v2\nname: widgets\nversion: 1.2.3\n")}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/index.yaml") {
			fmt.Fprint(out, "entries: {widgets: [{version: 1.2.3, urls: [w.tgz]}]}")
			return
		}
		_, _ = out.Write(archive)
	}))
	t.Cleanup(web.Close)
	widgets := chartItem(chartstore.Chart{Name: "widgets", Version: "1.2.3", Repository: web.URL, Digest: chartstore.Digest(archive)}, "test")
	chart, err := own("postgresql", "test")
	if err != nil {
		t.Fatal(err)
	}
	w.digests[widgets.Place], w.digests[chart.Place] = widgets.Digest, chart.Digest
	w.items = append(w.items, widgets, chart)
	w.charts = &chartstore.Store{Dir: t.TempDir()}
	return w
}

func twoPlatforms(t *testing.T) v1.ImageIndex {
	t.Helper()
	index := v1.ImageIndex(empty.Index)
	for _, arch := range []string{"amd64", "arm64"} {
		image, err := random.Image(2000, 2)
		if err != nil {
			t.Fatal(err)
		}
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		config.OS, config.Architecture = "linux", arch
		if image, err = mutate.ConfigFile(image, config); err != nil {
			t.Fatal(err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
	}
	return index
}

func digestOf(t *testing.T, m manifested) string {
	t.Helper()
	d, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

// states are the last words about every item.
type states struct {
	mu  sync.Mutex
	all map[string]progress.State
}

func (s *states) observe(e progress.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[string]progress.State{}
	}
	s.all[e.Step] = e.State
}

func (s *states) count(want progress.State) (n int) {
	for _, state := range s.all {
		if state == want {
			n++
		}
	}
	return n
}

func (w *world) options(to string) Options {
	return Options{Items: w.items, To: to, Charts: w.charts, Transport: w.net, Keychain: authn.NewMultiKeychain()}
}

// mustCopy copies and wants so many items written, and the right digests.
func (w *world) mustCopy(t *testing.T, o Options, written int) {
	t.Helper()
	var s states
	copied, err := Copy(t.Context(), o, s.observe)
	if err != nil {
		t.Fatal(err)
	}
	if done, same := s.count(progress.Done), s.count(progress.Same); done != written || done+same != len(w.digests) {
		t.Errorf("%d written, %d left alone, want %d written of %d", done, same, written, len(w.digests))
	}
	for _, c := range copied {
		if w.digests[c.Place] != c.Digest {
			t.Errorf("%s: digest %s, want %s", c.Place, c.Digest, w.digests[c.Place])
		}
	}
	if len(copied) != len(w.digests) {
		t.Errorf("%d were copied, want %d", len(copied), len(w.digests))
	}
}

// sound reads every file of a layout: each is what its name says, nothing is
// left over, and all that is named is there.
func sound(t *testing.T, dir string, places int) {
	t.Helper()
	d := &directory{path: dir}
	items, err := d.items()
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != places {
		t.Errorf("%d places, want %d", len(items), places)
	}
	named := map[string]bool{}
	for _, i := range items {
		thing, err := d.get(t.Context(), i.Place)
		if err != nil {
			t.Fatal(err)
		}
		blobs, err := thing.blobs()
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blobs {
			named[b.hash.Hex] = true
		}
	}
	err = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if strings.HasPrefix(e.Name(), ".new-") {
			t.Errorf("left over: %s", path)
		}
		if strings.Contains(path, "/blobs/") {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if want := "sha256:" + e.Name(); chartstore.Digest(data) != want {
				t.Errorf("%s is not what its name says", path)
			}
			delete(named, e.Name())
		}
		return nil
	})
	if err != nil || len(named) > 0 {
		t.Errorf("%d parts are missing: %v", len(named), err)
	}
}
