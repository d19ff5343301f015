package dashboard_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/dashboard"
)

// exposed are the metrics that each source has: those of Spark as
// hack/e2e/observe.sh has scraped them from each line, those of Airflow as
// hack/e2e/airflowmetrics.sh has, and those of others as their own documents
// list them. Every file must have a metric for it to be
// on a dashboard: a panel that is dead on one line of Spark is a dead panel.
func exposed(t *testing.T) map[dashboard.Source][]map[string]bool {
	t.Helper()
	return map[dashboard.Source][]map[string]bool{
		dashboard.Spark:       {list(t, "spark-3.5.7.txt"), list(t, "spark-4.1.4.txt")},
		dashboard.StateMetric: {list(t, "kube-state-metrics.txt")},
		dashboard.Kubelet:     {list(t, "kubelet.txt")},
		dashboard.CNPG:        {list(t, "cloudnative-pg-1.30.0.txt")},
		dashboard.Airflow:     {list(t, "airflow-3.3.2.txt")},
		dashboard.Iceberg:     {list(t, "airflow-3.3.2.txt")},
		dashboard.Rules:       {recorded(t)},
	}
}

func list(t *testing.T, file string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name := strings.TrimSpace(line); name != "" && !strings.HasPrefix(name, "#") {
			names[name] = true
		}
	}
	return names
}

// rule is one of a file of rules.
type rule struct {
	Record      string            `json:"record"`
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	Annotations map[string]string `json:"annotations"`
}

func rules(t *testing.T) []rule {
	t.Helper()
	paths, err := filepath.Glob("../../charts/monitoring/rules/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	var all []rule
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Groups []struct {
				Rules []rule `json:"rules"`
			} `json:"groups"`
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, g := range file.Groups {
			all = append(all, g.Rules...)
		}
	}
	return all
}

func recorded(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, r := range rules(t) {
		if r.Record != "" {
			names[r.Record] = true
		}
	}
	return names
}

// metrics are the names that an expression asks for.
func metrics(t *testing.T, expr string) []string {
	t.Helper()
	parsed, err := metricsql.Parse(expr)
	if err != nil {
		t.Errorf("%s: %v", expr, err)
		return nil
	}
	var names []string
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		if m, ok := e.(*metricsql.MetricExpr); ok {
			for _, filters := range m.LabelFilterss {
				for _, f := range filters {
					if f.Label == "__name__" {
						names = append(names, f.Value)
					}
				}
			}
		}
	})
	return names
}

// TestNoPanelIsDead: every query asks for metrics that its source exposes.
func TestNoPanelIsDead(t *testing.T) {
	sources := exposed(t)
	for _, b := range dashboard.All() {
		for _, s := range b.Sections {
			for _, p := range s.Panels {
				for _, q := range p.Queries {
					names := metrics(t, q.For("spark", ".+", "5m"))
					if len(names) == 0 {
						t.Errorf("%s, %s asks for nothing: %s", b.ID, p.Title, q.Expr)
					}
					for _, name := range names {
						for _, known := range sources[p.Source] {
							if !known[name] {
								t.Errorf("%s, %s: %s has no metric %s", b.ID, p.Title, p.Source, name)
							}
						}
					}
				}
			}
		}
	}
}

// filled is a rule's expression with values for the words that stand for them.
func filled(expr string) string {
	expr = strings.NewReplacer("CERTIFICATE_DAYS", "14", "BACKUP_HOURS", "36", "MAINTENANCE_DAYS", "10", "MAINTENANCE_WINDOW", "20").Replace(expr)
	for _, word := range []string{"AVAILABILITY_BUDGET", "JOBS_BUDGET", "GC_SHARE", "HEAP_SHARE", "DISK_LEFT"} {
		expr = strings.ReplaceAll(expr, word, "0.5")
	}
	return expr
}

// TestNoRuleIsDead: the same for recording rules and alerts. Any source will
// do, and the metrics of what is scraped itself.
func TestNoRuleIsDead(t *testing.T) {
	sources := exposed(t)
	always := map[string]bool{"up": true, "certmanager_certificate_expiration_timestamp_seconds": true}
	for _, r := range rules(t) {
		for _, name := range metrics(t, filled(r.Expr)) {
			found := always[name]
			for _, lists := range sources {
				found = found || !slices.ContainsFunc(lists, func(known map[string]bool) bool { return !known[name] })
			}
			if !found {
				t.Errorf("%s%s: nothing exposes %s", r.Alert, r.Record, name)
			}
		}
	}
}

// TestRunbooks: each alert has its page, and each page its alert.
func TestRunbooks(t *testing.T) {
	pages := map[string]bool{}
	found, err := filepath.Glob("../../docs/runbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		pages[strings.TrimSuffix(filepath.Base(path), ".md")] = true
	}
	delete(pages, "README")
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		text, err := os.ReadFile("../../docs/runbooks/" + r.Alert + ".md")
		if err != nil {
			t.Errorf("%s has no page: %v", r.Alert, err)
			continue
		}
		for _, heading := range []string{"# " + r.Alert + "\n", "\n## What it means\n", "\n## Look\n", "\n## Do\n"} {
			if !strings.Contains(string(text), heading) {
				t.Errorf("%s.md has no %q", r.Alert, strings.TrimSpace(heading))
			}
		}
		if r.Annotations["runbook_url"] != "RUNBOOKS/"+r.Alert+".md" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s: its annotations do not lead to its page: %v", r.Alert, r.Annotations)
		}
		delete(pages, r.Alert)
	}
	for page := range pages {
		t.Errorf("docs/runbooks/%s.md is about no alert", page)
	}
}
