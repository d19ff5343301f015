package dashboard_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const airflowList = "airflow-3.3.2.txt"

// TestAirflowListIsTrue: what the committed list says of Airflow is what the
// exporter of a running platform has, in the file that hack/e2e/airflowmetrics.sh
// names; with -update it is written down.
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
	for name := range list(t, airflowList) {
		if !now[name] {
			t.Errorf("the exporter has no %s, which %s says", name, airflowList)
		}
	}
	t.Logf("the exporter has %d metrics, of which %s lists %d", len(now), airflowList, len(list(t, airflowList)))
}
