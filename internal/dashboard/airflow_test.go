package dashboard_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/dashboard"
)

const airflowList = "airflow-3.3.2.txt"

// TestAirflowListIsTrue: what dashboards and alerts ask of Airflow is what the
// exporter of a running platform has, in the file that
// hack/e2e/airflowmetrics.sh names; with -update all it has is written down.
// Of the rest some comes with luck: what is counted when a scheduler is
// replaced, or when a run is late.
func TestAirflowListIsTrue(t *testing.T) {
	path := os.Getenv("SPARKWIZ_AIRFLOW_METRICS")
	if path == "" {
		t.Skip("no answer of an exporter is named by SPARKWIZ_AIRFLOW_METRICS: hack/e2e/airflowmetrics.sh gets one")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	now := map[string]bool{}
	ours := regexp.MustCompile(`^(airflow_|iceberg_maintenance_)\w+`)
	for line := range strings.Lines(string(text)) {
		if name := ours.FindString(line); name != "" && !strings.HasSuffix(name, "_bucket") {
			now[name] = true
		}
	}
	if *update {
		list := "# What statsd_exporter 0.31.0 has of Airflow 3.3.2 after runs of samples, of a daily_sales that fails and of\n" +
			"# iceberg_maintenance, recorded by hack/e2e/airflowmetrics.sh.\n" + strings.Join(slices.Sorted(maps.Keys(now)), "\n") + "\n"
		if err := os.WriteFile("testdata/"+airflowList, []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	asked := askedOfAirflow(t)
	for name := range asked {
		if !now[name] {
			t.Errorf("the exporter has no %s, which dashboards or alerts ask for", name)
		}
	}
	var without []string
	for name := range list(t, airflowList) {
		if !now[name] {
			without = append(without, name)
		}
	}
	t.Logf("the exporter has %d metrics, of which %d are asked for; it lacks %q of %s", len(now), len(asked), without, airflowList)
}

func askedOfAirflow(t *testing.T) map[string]bool {
	t.Helper()
	var names []string
	for _, b := range dashboard.All() {
		for _, s := range b.Sections {
			for _, p := range s.Panels {
				if p.Source != dashboard.Airflow && p.Source != dashboard.Iceberg {
					continue
				}
				for _, q := range p.Queries {
					names = append(names, metrics(t, q.For("spark", ".+", "5m"))...)
				}
			}
		}
	}
	for _, r := range rules(t) {
		names = append(names, metrics(t, filled(r.Expr))...)
	}
	asked := map[string]bool{}
	for _, name := range names {
		if strings.HasPrefix(name, "airflow_") || strings.HasPrefix(name, "iceberg_maintenance_") {
			asked[name] = true
		}
	}
	if len(asked) < 20 {
		t.Errorf("only %d metrics are asked for: this test reads the wrong rows", len(asked))
	}
	return asked
}
