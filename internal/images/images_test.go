package images_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	sources "github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/images"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// archive writes an archive of a small image into a cache of the test's own.
func archive(t *testing.T, cache, imageName, made string) v1.Image {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", cache)
	all, err := sources.All()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(i sources.Image) bool { return i.Name == imageName })
	tag, err := name.NewTag(all[i].Reference)
	if err != nil {
		t.Fatal(err)
	}
	image, err := random.Image(2000, 3)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cache, "sparkwiz", "images", imageName+".tar")
	err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), tarball.WriteToFile(path, tag, image), os.WriteFile(path+".key", []byte("abc\n"+made+"\n"+all[i].Reference+"\n"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// recorder keeps the last event of every step.
func recorder() (map[string]progress.Event, progress.Observer) {
	last := map[string]progress.Event{}
	return last, func(e progress.Event) { last[e.Step] = e }
}

// server is a registry in this process that counts the calls that change it.
func server(t *testing.T, guard func(http.Handler) http.Handler) (host string, writes *atomic.Int64) {
	t.Helper()
	writes = new(atomic.Int64)
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			writes.Add(1)
		}
		inner.ServeHTTP(w, r)
	})
	if guard != nil {
		handler = guard(handler)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), writes
}

func TestPush(t *testing.T) {
	cache := t.TempDir()
	image := archive(t, cache, "spark-4.1", "built")
	archive(t, cache, "postgres", images.StandIn)
	host, writes := server(t, nil)
	pushed := map[string]string{}
	options := images.PushOptions{Registry: host + "/mirror/", Names: []string{"spark-4.1"}, Pushed: func(reference, digest string) { pushed[reference] = digest }}

	last, observe := recorder()
	if err := images.Push(t.Context(), options, observe); err != nil {
		t.Fatal(err)
	}
	if e := last["push/spark-4.1"]; e.State != progress.Done || e.Title != host+"/mirror/sparkwiz/spark:4.1.4" {
		t.Errorf("the last event is %+v", e)
	}
	// What charts ask for with images.registry = HOST/mirror.
	tag, err := name.NewTag(host + "/mirror/sparkwiz/spark:4.1.4")
	if err != nil {
		t.Fatal(err)
	}
	got, err := remote.Image(tag)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := image.ConfigName()
	if id, err := got.ConfigName(); err != nil || id != want {
		t.Errorf("the registry has %v, not %v (%v)", id, want, err)
	}

	digest, err := got.Digest()
	if noted := pushed["docker.io/sparkwiz/spark:4.1.4"]; err != nil || noted != digest.String() {
		t.Errorf("the digest that was told is %q, the registry's is %v (%v)", noted, digest, err)
	}
	clear(pushed)

	before := writes.Load()
	last, observe = recorder()
	if err := images.Push(t.Context(), options, observe); err != nil || last["push/spark-4.1"].State != progress.Same || writes.Load() != before {
		t.Errorf("the second push: %v, %+v, %d calls that write", err, last, writes.Load()-before)
	}

	if noted := pushed["docker.io/sparkwiz/spark:4.1.4"]; noted != digest.String() {
		t.Errorf("the digest of what was there is told as %q, not %v", noted, digest)
	}

	// A rebuilt image takes the place of the old one.
	archive(t, cache, "spark-4.1", "built")
	last, observe = recorder()
	if err := images.Push(t.Context(), options, observe); err != nil || last["push/spark-4.1"].State != progress.Done {
		t.Errorf("pushing a rebuilt image: %v, %+v", err, last)
	}

	options.Names = []string{"postgres"}
	last, observe = recorder()
	if err := images.Push(t.Context(), options, observe); err == nil || !strings.Contains(err.Error(), "stand-in") || last["push/postgres"].State != progress.Skipped {
		t.Errorf("a stand-in: %v, %+v", err, last)
	}
	options.StandIns = true
	if err := images.Push(t.Context(), options, observe); err != nil || last["push/postgres"].State != progress.Done {
		t.Errorf("a stand-in that is wanted: %v, %+v", err, last)
	}
}

// deny asks for a password.
func deny(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "me" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// keys is a keychain with one entry.
type keys struct{ authn.Authenticator }

func (k keys) Resolve(authn.Resource) (authn.Authenticator, error) { return k.Authenticator, nil }

func TestPushWithPassword(t *testing.T) {
	archive(t, t.TempDir(), "spark-4.1", "built")
	host, writes := server(t, deny)
	last, observe := recorder()
	options := images.PushOptions{Registry: host, Names: []string{"spark-4.1"}, Keychain: keys{authn.Anonymous}}
	err := images.Push(t.Context(), options, observe)
	if fault.KindOf(err) != fault.Denied || !slices.Contains(fault.Hints(err), "docker login "+host) || last["push/spark-4.1"].State != progress.Failed || writes.Load() != 0 {
		t.Errorf("without a password: %v, %+v", err, last)
	}
	options.Keychain = keys{&authn.Basic{Username: "me", Password: "s3cret"}}
	if err := images.Push(t.Context(), options, observe); err != nil {
		t.Errorf("with a password: %v", err)
	}
	options.Keychain = keys{&authn.Basic{Username: "me", Password: "a-wrong-one"}}
	if err := images.Push(t.Context(), options, observe); fault.KindOf(err) != fault.Denied || strings.Contains(err.Error(), "a-wrong-one") {
		t.Errorf("with a wrong password: %v", err)
	}
}

func TestPushStops(t *testing.T) {
	archive(t, t.TempDir(), "spark-4.1", "built")
	ctx, cancel := context.WithCancel(t.Context())
	host, _ := server(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch {
				cancel()
				panic(http.ErrAbortHandler) // The line is dead.
			}
			next.ServeHTTP(w, r)
		})
	})
	last, observe := recorder()
	err := images.Push(ctx, images.PushOptions{Registry: host, Names: []string{"spark-4.1"}}, observe)
	if fault.KindOf(err) != fault.Interrupted || last["push/spark-4.1"].State != progress.Failed {
		t.Errorf("got %v, %+v", err, last)
	}
}

func TestTarget(t *testing.T) {
	for registry, want := range map[string]string{
		"registry.example.com":         "registry.example.com/library/postgres:15.20-bookworm",
		"registry.example.com/a/b/":    "registry.example.com/a/b/library/postgres:15.20-bookworm",
		"localhost:5000":               "localhost:5000/library/postgres:15.20-bookworm",
		"":                             "",
		"mirror":                       "",
		"https://registry.example.com": "",
		"registry.example.com/UPPER":   "",
	} {
		got, err := images.Target(registry, "docker.io/library/postgres:15.20-bookworm", false)
		if want == "" {
			if fault.KindOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
				t.Errorf("%q: %v, %v", registry, got, err)
			}
			continue
		}
		if err != nil || got.String() != want {
			t.Errorf("%q: %v, %v; want %s", registry, got, err, want)
		}
	}
}

// Everything that is wrong with the names is said at once.
func TestArchives(t *testing.T) {
	cache := t.TempDir()
	archive(t, cache, "spark-4.1", "built")
	chosen, err := images.Archives([]string{"spark-4.1"})
	if err != nil || len(chosen) != 1 || chosen[0].Archive.Made != "built" || !strings.HasPrefix(chosen[0].Archive.ID, "sha256:") || chosen[0].Archive.Size == 0 {
		t.Errorf("%+v, %v", chosen, err)
	}
	if _, err = images.Archives([]string{"spark", "spark-4.1", "airflow2"}); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), `"spark"`) || !strings.Contains(err.Error(), `"airflow2"`) {
		t.Errorf("unknown names: %v", err)
	}
	if _, err = images.Archives([]string{"airflow", "spark-4.1", "rclone"}); err == nil || !slices.Contains(fault.Hints(err), "sparkwiz images build airflow rclone") {
		t.Errorf("missing archives: %v, %q", err, fault.Hints(err))
	}
	if err := os.WriteFile(filepath.Join(cache, "sparkwiz", "images", "airflow.tar"), []byte("half an archi"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = images.Archives([]string{"airflow"}); err == nil || !strings.Contains(err.Error(), "airflow.tar is no image archive") {
		t.Errorf("a broken archive: %v", err)
	}
	if defaults, err := images.Select(nil); err != nil || len(defaults) < 5 || slices.ContainsFunc(defaults, func(i sources.Image) bool { return !i.Default }) {
		t.Errorf("the default images: %v, %v", defaults, err)
	}
}
