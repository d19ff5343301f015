package chartstore_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// TestSources: where a chart comes from, and which bytes are taken.
func TestSources(t *testing.T) {
	good, other := packed(t, "slow"), packed(t, "dice")
	pin := chartstore.Digest(good)
	tests := map[string]struct {
		web, oci []byte
		digest   string // in the index
		pin      string
		refuse   int
		visits   string
		wrong    string // part of the error
		kind     fault.Kind
	}{
		"pinned, from where the digest was read":       {web: good, oci: other, pin: pin, visits: "web"},
		"pinned, and only the registry has it":         {oci: good, pin: pin, visits: "web oci"},
		"not pinned, from the registry":                {web: other, oci: good, visits: "oci"},
		"not pinned, and only the repository has it":   {web: good, visits: "oci web"},
		"the index has the digest":                     {web: good, digest: pin[7:], visits: "oci web"},
		"the index has another digest":                 {web: other, digest: pin[7:], visits: "oci web", wrong: "its index says " + pin},
		"other bytes everywhere":                       {web: other, oci: other, pin: pin, visits: "web oci", wrong: "expected was " + pin},
		"half of it":                                   {web: good[:len(good)/2], visits: "oci web", wrong: "no whole archive"},
		"no archive":                                   {web: []byte("<html>Log in</html>"), visits: "oci web", wrong: "no whole archive"},
		"nowhere":                                      {visits: "oci web", wrong: "index.yaml answers 404"},
		"the registry wants a login":                   {refuse: http.StatusUnauthorized, visits: "oci web", wrong: "cannot be had", kind: fault.Denied},
		"the registry wants a login, the web does not": {refuse: http.StatusForbidden, web: good, visits: "oci web"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u := startUpstream(t)
			if tt.web != nil {
				u.publish("slow", tt.web, tt.digest)
			}
			if tt.oci != nil {
				u.push(t, "slow", tt.oci)
			}
			u.refuse = tt.refuse
			dir := t.TempDir()
			s := &chartstore.Store{Dir: dir}
			got, err := s.Ensure(t.Context(), u.chart("slow", tt.pin))
			if u.visits() != tt.visits {
				t.Errorf("asked %s, want %s", u.visits(), tt.visits)
			}
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) || fault.KindOf(err) != tt.kind || len(fault.Hints(err)) == 0 {
					t.Errorf("error of kind %d, hints %q: %v", fault.KindOf(err), fault.Hints(err), err)
				}
				if left := list(t, dir); len(left) > 0 {
					t.Errorf("the cache has %v", left)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Data, good) || got.Digest != pin || got.Trusted != (tt.pin == "") {
				t.Errorf("digest %s, trusted %v", got.Digest, got.Trusted)
			}
			again, err := s.Ensure(t.Context(), u.chart("slow", tt.pin))
			if err != nil || !bytes.Equal(again.Data, good) || u.visits() != tt.visits {
				t.Errorf("the second time it asked %s: %v", u.visits(), err)
			}
			if left := list(t, dir); !slices.Equal(left, []string{"slow-1.2.3.tgz"}) {
				t.Errorf("the cache has %v", left)
			}
		})
	}
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestDamagedCache: what is in the cache and is not whole, or is not what is
// expected, counts as not there.
func TestDamagedCache(t *testing.T) {
	good, other := packed(t, "slow"), packed(t, "dice")
	for name, there := range map[string][]byte{"half of it": good[:len(good)/2], "nothing": {}, "other bytes": other, "a flipped bit": flipped(good)} {
		t.Run(name, func(t *testing.T) {
			u := startUpstream(t)
			u.publish("slow", good, "")
			s := &chartstore.Store{Dir: t.TempDir()}
			path := filepath.Join(s.Dir, "slow-1.2.3.tgz")
			if err := os.WriteFile(path, there, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Ensure(t.Context(), u.chart("slow", chartstore.Digest(good))); err != nil {
				t.Fatal(err)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, good) {
				t.Errorf("the cache was not mended: %v", err)
			}
		})
	}
}

func flipped(data []byte) []byte {
	data = slices.Clone(data)
	data[len(data)/2] ^= 1
	return data
}

// TestInterrupted: a download that is stopped leaves nothing behind.
func TestInterrupted(t *testing.T) {
	u := startUpstream(t)
	u.publish("slow", packed(t, "slow"), "")
	u.stalled = make(chan struct{})
	s := &chartstore.Store{Dir: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-u.stalled; cancel() }()
	_, err := s.Ensure(ctx, u.chart("slow", ""))
	if fault.KindOf(err) != fault.Interrupted {
		t.Errorf("error of kind %d: %v", fault.KindOf(err), err)
	}
	if left := list(t, s.Dir); len(left) > 0 {
		t.Errorf("the cache has %v", left)
	}
}

// TestOffline: nobody is asked, and the error says what helps.
func TestOffline(t *testing.T) {
	u := startUpstream(t)
	u.publish("slow", packed(t, "slow"), "")
	s := &chartstore.Store{Dir: t.TempDir(), Offline: true}
	_, err := s.Ensure(t.Context(), u.chart("slow", ""))
	if err == nil || !strings.Contains(err.Error(), u.repository) || !strings.Contains(strings.Join(fault.Hints(err), ""), "sparkwiz mirror") {
		t.Errorf("%v, hints %q", err, fault.Hints(err))
	}
	if u.visits() != "" {
		t.Errorf("asked %s", u.visits())
	}
	s.Offline = false
	if _, err := s.Ensure(t.Context(), u.chart("slow", "")); err != nil {
		t.Fatal(err)
	}
	s.Offline = true
	if _, err := s.Ensure(t.Context(), u.chart("slow", "")); err != nil {
		t.Errorf("it is in the cache: %v", err)
	}
}

// TestMirrors: a mirror instead of upstream, or before it.
func TestMirrors(t *testing.T) {
	good := packed(t, "slow")
	u, mirror := startUpstream(t), startUpstream(t)
	u.publish("slow", good, "")
	ensure := func(s *chartstore.Store) error {
		t.Helper()
		_, err := s.Ensure(t.Context(), u.chart("slow", chartstore.Digest(good)))
		return err
	}
	if err := ensure(&chartstore.Store{Only: mirror.registry}); err == nil || u.visits() != "" || !strings.Contains(err.Error(), mirror.registry+"/slow") {
		t.Errorf("upstream was asked %q: %v", u.visits(), err)
	}
	if err := ensure(&chartstore.Store{Before: []string{mirror.registry}}); err != nil || u.visits() != "web" {
		t.Errorf("upstream was asked %q: %v", u.visits(), err)
	}
	mirror.push(t, "slow", good)
	u.asked = nil
	for _, s := range []*chartstore.Store{{Only: mirror.registry}, {Only: mirror.registry + "/"}, {Before: []string{mirror.registry}}} {
		if err := ensure(s); err != nil || u.visits() != "" {
			t.Errorf("upstream was asked %q: %v", u.visits(), err)
		}
	}
	if err := ensure(&chartstore.Store{Only: "https://registry.example.com"}); fault.KindOf(err) != fault.Usage {
		t.Errorf("error: %v", err)
	}
}

// TestLayout: from an OCI layout on disk, also when parts of it are damaged.
func TestLayout(t *testing.T) {
	good := packed(t, "slow")
	image, err := chartstore.Wrap(good)
	if err != nil {
		t.Fatal(err)
	}
	made := func() string {
		dir := t.TempDir()
		path, err := layout.Write(dir, empty.Index)
		if err != nil {
			t.Fatal(err)
		}
		if err := path.AppendImage(image, layout.WithAnnotations(map[string]string{chartstore.RefName: chartstore.Place("slow", version)})); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	ensure := func(dir string, c chartstore.Chart) ([]byte, error) {
		s := &chartstore.Store{Only: "oci:" + dir, Offline: true}
		got, err := s.Ensure(t.Context(), c)
		return got.Data, err
	}
	want := chartstore.Chart{Name: "slow", Version: version, Repository: "https://charts.example.com"}
	if got, err := ensure(made(), want); err != nil || !bytes.Equal(got, good) {
		t.Errorf("from a layout: %v", err)
	}
	want.Version = "1.2.4"
	if _, err := ensure(made(), want); err == nil || !strings.Contains(err.Error(), "no such chart") {
		t.Errorf("another version: %v", err)
	}
	if _, err := ensure(t.TempDir(), want); err == nil || !strings.Contains(err.Error(), "no OCI layout") {
		t.Errorf("an empty directory: %v", err)
	}
	want.Version = version
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	blob, err := layers[0].Digest()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{blob.Hex, manifest.Hex} {
		dir := made()
		path := filepath.Join(dir, "blobs", "sha256", h)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte(`.title":"slow"`), []byte(`.title":"evil"`), 1)
		if h == blob.Hex {
			data = flipped(data)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ensure(dir, want); err == nil || !strings.Contains(err.Error(), "not the chart that it should be") {
			t.Errorf("a damaged part: %v", err)
		}
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "environments", "dev", "lock.yaml")
	lock, err := chartstore.LoadLock(path)
	if err != nil || len(lock.Charts) > 0 {
		t.Fatalf("%+v, %v", lock, err)
	}
	c := chartstore.Chart{Name: "x", Version: "1.0.0"}
	if lock.Pin(c) != c {
		t.Error("an empty lock pins")
	}
	lock.Charts[c.String()], lock.Images["docker.io/x/y:1"] = "sha256:aa", "sha256:bb"
	if err := lock.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := chartstore.LoadLock(path)
	if err != nil || again.Pin(c).Digest != "sha256:aa" || again.Images["docker.io/x/y:1"] != "sha256:bb" {
		t.Errorf("%+v, %v", again, err)
	}
	c.Digest = "sha256:upstream"
	if again.Pin(c) != c {
		t.Error("the lock replaces the digest that upstream gives")
	}
	if left := list(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	for _, text := range []string{"charts: [", "chart: {a: b}"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var f *fault.Error
		if _, err := chartstore.LoadLock(path); !errors.As(err, &f) || f.Hint == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}
