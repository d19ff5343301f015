package mirror

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	helmregistry "helm.sh/helm/v3/pkg/registry"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// TestRoundTrip: from where things are published into a directory, from there
// into a registry where there is no network, and used there.
func TestRoundTrip(t *testing.T) {
	w := publish(t)
	dir := filepath.Join(t.TempDir(), "mirror")
	w.mustCopy(t, w.options("oci:"+dir), 4)
	sound(t, dir, 4)
	before := w.net.requests.Load()
	w.mustCopy(t, w.options("oci:"+dir), 0)
	if asked := w.net.requests.Load() - before; asked > 6 {
		t.Errorf("a second run asked %d times", asked)
	}

	// The other side: no internet, a registry of one's own.
	here := connect(t)
	carry := Options{From: "oci:" + dir, To: here.host + "/spark", Keychain: authn.NewMultiKeychain()}
	w.mustCopy(t, carry, 4)
	writes := here.writes.Load()
	w.mustCopy(t, carry, 0)
	if again := here.writes.Load() - writes; again > 0 {
		t.Errorf("a second run wrote %d times", again)
	}
	for place, kind := range map[string]string{"sparkwiz/spark:4.1.4": "image", "some/thing:v1": "index"} {
		ref, err := name.ParseReference(here.host + "/spark/" + place)
		if err != nil {
			t.Fatal(err)
		}
		d, err := remote.Get(ref)
		if err != nil || d.Digest.String() != w.digests[place] {
			t.Fatalf("%s: %v", place, err)
		}
		if kind == "index" {
			index, err := d.ImageIndex()
			if err := errors.Join(err, validate.Index(index)); err != nil {
				t.Errorf("%s: %v", place, err)
			}
			continue
		}
		image, err := d.Image()
		if err := errors.Join(err, validate.Image(image)); err != nil {
			t.Errorf("%s: %v", place, err)
		}
	}

	// sparkwiz and Helm get their charts there.
	store := &chartstore.Store{Before: []string{"oci://" + here.host + "/spark/charts"}, Client: &http.Client{Transport: only(here.host)}}
	got, err := store.Ensure(t.Context(), chartstore.Chart{Name: "widgets", Version: "1.2.3", Repository: "https://charts.example.com", Digest: w.digests["charts/widgets:1.2.3"]})
	if err != nil || got.Digest != w.digests["charts/widgets:1.2.3"] {
		t.Errorf("sparkwiz: %v", err)
	}
	client, err := helmregistry.NewClient(helmregistry.ClientOptPlainHTTP(), helmregistry.ClientOptWriter(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range w.items {
		if i.Kind == Chart {
			if pulled, err := client.Pull(here.host + "/spark/" + i.Place); err != nil || chartstore.Digest(pulled.Chart.Data) != i.Digest {
				t.Errorf("Helm: %v", err)
			}
		}
	}
}

// only lets nobody but one host be reached.
func only(host string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != host {
			return offline{}.RoundTrip(r)
		}
		return http.DefaultTransport.RoundTrip(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestDamaged: a part that was cut short or changed is noticed, and fetched
// again.
func TestDamaged(t *testing.T) {
	w := publish(t)
	dir := t.TempDir()
	w.mustCopy(t, w.options("oci:"+dir), 4)
	here := connect(t)
	files, err := filepath.Glob(filepath.Join(dir, "blobs", "sha256", "*"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d parts: %v", len(files), err)
	}
	for n, file := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		damaged := bytes.Clone(whole[:len(whole)/2])
		if n%2 == 0 {
			damaged = bytes.Clone(whole)
			damaged[len(damaged)/2] ^= 1
		}
		if err := os.WriteFile(file, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = Copy(t.Context(), Options{From: "oci:" + dir, To: here.host + "/spark", Keychain: authn.NewMultiKeychain()}, nil)
		if err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("a damaged part went unnoticed: %v", err)
		}
		var s states
		if _, err := Copy(t.Context(), w.options("oci:"+dir), s.observe); err != nil {
			t.Fatal(err)
		}
		if s.count(progress.Done) != 1 {
			t.Errorf("%d items were written to mend one part", s.count(progress.Done))
		}
		if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, whole) {
			t.Errorf("the part was not mended: %v", err)
		}
	}
	sound(t, dir, 4)
}

// TestSwept: what a killed copy has begun goes when it is old.
func TestSwept(t *testing.T) {
	w := publish(t)
	dir := t.TempDir()
	w.mustCopy(t, w.options("oci:"+dir), 4)
	old, young := filepath.Join(dir, "blobs", "sha256", ".new-old"), filepath.Join(dir, "blobs", "sha256", ".new-young")
	for _, file := range []string{old, young} {
		if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	w.mustCopy(t, w.options("oci:"+dir), 0)
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young one: %v", err)
	}
}

// TestInterrupted stops a copy after each of its requests in turn. What is
// there is whole, and the next run goes on.
func TestInterrupted(t *testing.T) {
	w := publish(t)
	for n := int64(1); n < 12; n++ {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		start := w.net.requests.Load()
		w.net.before = func(*http.Request) error {
			if w.net.requests.Load()-start >= n {
				cancel()
				return context.Canceled
			}
			return nil
		}
		o := w.options("oci:" + dir)
		o.Charts = &chartstore.Store{Dir: t.TempDir()}
		_, err := Copy(ctx, o, nil)
		if fault.KindOf(err) != fault.Interrupted {
			t.Fatalf("after %d requests: kind %d: %v", n, fault.KindOf(err), err)
		}
		w.net.before = nil
		items, err := (&directory{path: dir}).items()
		if err != nil {
			t.Fatal(err)
		}
		sound(t, dir, len(items))
		w.mustCopy(t, w.options("oci:"+dir), 4-len(items))
		sound(t, dir, 4)
	}
}

// TestTroubles: what fails is named, and what does not is copied.
func TestTroubles(t *testing.T) {
	w := publish(t)
	missing := imageItem("docker.io/sparkwiz/jupyter:4.1.4", "test")
	o := w.options("oci:" + t.TempDir())
	o.Items = append(slices.Clone(w.items), missing)
	copied, err := Copy(t.Context(), o, nil)
	if fault.KindOf(err) != fault.Partial || len(copied) != 4 || !strings.Contains(err.Error(), missing.Name) {
		t.Errorf("%d were copied; kind %d: %v", len(copied), fault.KindOf(err), err)
	}
	o.Items = []Item{missing}
	if _, err = Copy(t.Context(), o, nil); fault.KindOf(err) != fault.Failed || len(fault.Hints(err)) == 0 {
		t.Errorf("kind %d: %v", fault.KindOf(err), err)
	}
	w.net.refuse.Store(http.StatusUnauthorized)
	if _, err = Copy(t.Context(), o, nil); fault.KindOf(err) != fault.Denied || !strings.Contains(strings.Join(fault.Hints(err), ""), "docker login") {
		t.Errorf("kind %d: %v", fault.KindOf(err), err)
	}
	w.net.refuse.Store(0)
	o.Items, o.Transport = w.items[:1], offline{}
	if _, err = Copy(t.Context(), o, nil); fault.KindOf(err) != fault.Failed || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("kind %d: %v", fault.KindOf(err), err)
	}

	// It was built on this machine.
	image, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	shelf := t.TempDir()
	tag, err := name.NewTag(missing.Name)
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(filepath.Join(shelf, "jupyter.tar"), tag, image); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shelf, "broken.tar"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, transport := range []http.RoundTripper{w.net, offline{}} {
		o = Options{Items: []Item{missing}, To: "oci:" + t.TempDir(), Archives: shelf, Transport: transport, Keychain: authn.NewMultiKeychain()}
		copied, err = Copy(t.Context(), o, nil)
		if err != nil || len(copied) != 1 {
			t.Fatalf("from the archive: %v", err)
		}
	}
}

// TestPlatform: one machine's image of several.
func TestPlatform(t *testing.T) {
	w := publish(t)
	dir := t.TempDir()
	o := w.options("oci:" + dir)
	o.Items, o.Platform = []Item{imageItem("quay.io/some/thing:v1", "test")}, "linux/arm64"
	for _, want := range []progress.State{progress.Done, progress.Same} {
		var s states
		if _, err := Copy(t.Context(), o, s.observe); err != nil || s.count(want) != 1 {
			t.Fatalf("%v: %v", s.all, err)
		}
	}
	thing, err := (&directory{path: dir}).get(t.Context(), "some/thing:v1")
	if err != nil || thing.image == nil {
		t.Fatalf("%+v: %v", thing, err)
	}
	o.Platform = "linux/s390x"
	if _, err := Copy(t.Context(), o, nil); err == nil {
		t.Error("a platform that there is not")
	}
	for _, wrong := range []string{"arm64", "linux/", "/"} {
		o.Platform = wrong
		if _, err := Copy(t.Context(), o, nil); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// TestAddresses: what is no place to copy to or from.
func TestAddresses(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "letter.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"no host":          {To: "spark"},
		"with a scheme":    {To: "https://registry.example.com/spark"},
		"nothing":          {},
		"from a registry":  {From: "registry.example.com", To: "oci:" + t.TempDir()},
		"from nowhere":     {From: "oci:" + filepath.Join(full, "nowhere"), To: "oci:" + t.TempDir()},
		"from a directory": {From: "oci:" + full, To: "oci:" + t.TempDir()},
	} {
		if _, err := Copy(t.Context(), o, nil); fault.KindOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
			t.Errorf("%s: kind %d: %v", name, fault.KindOf(err), err)
		}
	}
	if _, err := Copy(t.Context(), Options{To: "oci:" + full}, nil); err == nil || !strings.Contains(err.Error(), "neither empty nor an OCI layout") {
		t.Errorf("a directory with something in it: %v", err)
	}
	if left, err := os.ReadDir(full); err != nil || len(left) != 1 {
		t.Errorf("it was written to: %v, %v", left, err)
	}
}

// TestParallel: no more at the same time than was asked for.
func TestParallel(t *testing.T) {
	w := publish(t)
	o := w.options("oci:" + t.TempDir())
	o.Parallel = 1
	w.net.most.Store(0)
	w.mustCopy(t, o, 4)
	if most := w.net.most.Load(); most > 1 {
		t.Errorf("%d requests at the same time", most)
	}
	if !errors.Is(hashed(t.Context(), io.Discard, strings.NewReader("x"), v1.Hash{Algorithm: "md5", Hex: "x"}), errDamaged) {
		t.Error("a digest of another kind counts as right")
	}
}
