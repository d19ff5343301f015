package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// TestCharts: what upstream gives no digest for is pinned in the lock of the
// environment when it first comes, and another archive is refused afterwards.
func TestCharts(t *testing.T) {
	pack := func(description string) []byte {
		archive, err := chartstore.Pack("x", []chartstore.File{{Path: "Chart.yaml", Data: []byte("apiVersion: v2\nname: x\nversion: 1.0.0\ndescription: " + description + "\n")}})
		if err != nil {
			t.Fatal(err)
		}
		return archive
	}
	archive, asked := pack("one"), 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if strings.HasSuffix(r.URL.Path, "index.yaml") {
			fmt.Fprint(w, "entries: {x: [{version: 1.0.0, urls: [x.tgz]}]}")
			return
		}
		_, _ = w.Write(archive)
	}))
	defer server.Close()
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	var said bytes.Buffer
	a := &app{console: &console.Console{Err: &said}}
	a.flags.workspace, a.flags.output = filepath.Join(t.TempDir(), "platform"), "text"
	p := plan.Plan{Environment: "prod", Releases: []plan.Release{{Name: "x", Chart: "x", Upstream: &plan.Upstream{Version: "1.0.0", Repository: server.URL}}, {Name: "ours", Chart: "postgresql"}}}

	_, err := a.charts(t.Context(), p, true)
	if err == nil || asked > 0 || !strings.Contains(err.Error(), server.URL) || !strings.Contains(strings.Join(fault.Hints(err), ""), "sparkwiz mirror") {
		t.Errorf("offline, asked %d times: %v", asked, err)
	}
	// Nobody keeps answers here, so nothing is pinned, and that is said.
	charts, err := a.charts(t.Context(), p, false)
	if err != nil || !bytes.Equal(charts["x"], archive) || len(charts) != 1 {
		t.Fatalf("charts %v: %v", len(charts), err)
	}
	if _, err := os.Stat(a.flags.workspace); err == nil {
		t.Error("a workspace was made for the lock alone")
	}
	if !strings.Contains(said.String(), chartstore.Digest(archive)) {
		t.Errorf("it said %q", said.String())
	}
	if err := os.MkdirAll(filepath.Join(a.flags.workspace, "environments", "prod"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := a.charts(t.Context(), p, true); err != nil {
		t.Errorf("it is in the cache: %v", err)
	}
	lock, err := os.ReadFile(filepath.Join(a.flags.workspace, "environments", "prod", "lock.yaml"))
	if err != nil || !strings.Contains(string(lock), "x 1.0.0: "+chartstore.Digest(archive)) {
		t.Errorf("the lock: %s, %v", lock, err)
	}
	// Upstream publishes the version anew.
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	archive = pack("two")
	if _, err := a.charts(t.Context(), p, false); err == nil || !strings.Contains(err.Error(), "not the chart that it should be") {
		t.Errorf("another archive: %v", err)
	}
}
