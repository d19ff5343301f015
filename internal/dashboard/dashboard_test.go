package dashboard_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/dashboard"
)

var update = flag.Bool("update", false, "write Grafana's files into charts/monitoring/dashboards")

const files = "../../charts/monitoring/dashboards"

// TestFiles: what the chart carries is what the rows say.
func TestFiles(t *testing.T) {
	left, err := filepath.Glob(files + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range dashboard.All() {
		want, err := b.JSON()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(files, b.ID+".json")
		if *update {
			if err := errors.Join(os.MkdirAll(files, 0o755), os.WriteFile(path, want, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the rows say: go test ./internal/dashboard -update\n%s", path, cmp.Diff(string(got), string(want)))
		}
		for i, l := range left {
			if l == path {
				left[i] = ""
			}
		}
	}
	if rest := strings.TrimSpace(strings.Join(left, " ")); rest != "" {
		t.Errorf("no row makes %s", rest)
	}
}

// TestPanels: the habits that make a dashboard of use. They follow the rules
// of Grafana's dashboard-linter.
func TestPanels(t *testing.T) {
	units := map[string]bool{"short": true, "percentunit": true, "bytes": true, "Bps": true, "s": true, "currencyUSD": true}
	window := regexp.MustCompile(`\b(rate|increase)\(`)
	ids := map[string]bool{}
	for _, b := range dashboard.All() {
		if ids[b.ID] || b.Title == "" || b.About == "" {
			t.Errorf("%s: twice, or without a title or a word on what it is for", b.ID)
		}
		ids[b.ID] = true
		titles := map[string]bool{}
		for _, s := range b.Sections {
			for _, p := range s.Panels {
				where := b.ID + ", " + p.Title
				if titles[p.Title] {
					t.Errorf("%s: twice", where)
				}
				titles[p.Title] = true
				if p.Title == "" || p.About == "" || !units[p.Unit] || p.Source == "" || len(p.Queries) == 0 {
					t.Errorf("%s: lacks its title, its meaning, a known unit, where it is from or a query", where)
				}
				for _, q := range p.Queries {
					if q.Legend == "" || !strings.Contains(q.Written(), `namespace="$namespace"`) {
						t.Errorf("%s: no legend, or looks at every namespace: %s", where, q.Expr)
					}
					if window.MatchString(q.Expr) && !strings.Contains(q.Expr, "[$__rate_interval]") && !strings.Contains(q.Expr, "[1h]") {
						t.Errorf("%s: a rate over a window that does not follow the scrape interval: %s", where, q.Expr)
					}
				}
			}
		}
	}
}
