package charts

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/dashboard"
)

// sidecars are the files that Grafana's sidecar gets of the ConfigMaps with a label, by name.
func sidecars(t *testing.T, values map[string]any, label string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, object := range objects(t, "monitoring", values) {
		if object.GetKind() != "ConfigMap" || object.GetLabels()[label] != "1" {
			continue
		}
		files, _, err := unstructured.NestedStringMap(object.Object, "data")
		if err != nil || len(files) != 1 {
			t.Fatalf("%s has %d files: %v", object.GetName(), len(files), err)
		}
		maps.Copy(all, files)
	}
	return all
}

// Links to traces, and the choice of where they are, are there when somebody keeps traces. Nothing else of a dashboard changes.
func TestDashboardsLeadToTraces(t *testing.T) {
	with := sidecars(t, set(nil, "traces.enabled", true), "grafana_dashboard")
	without := sidecars(t, nil, "grafana_dashboard")
	links := 0
	for name, text := range with {
		file, err := os.ReadFile("monitoring/dashboards/" + name)
		if err != nil || strings.TrimSpace(string(file)) != strings.TrimSpace(text) {
			t.Errorf("%s is not the file: %v", name, err)
		}
		var had, has map[string]any
		if err := json.Unmarshal([]byte(text), &had); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(without[name]), &has); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, p := range had["panels"].([]any) {
			if config, ok := p.(map[string]any)["fieldConfig"].(map[string]any); ok {
				defaults := config["defaults"].(map[string]any)
				if defaults["links"] != nil {
					links++
				}
				delete(defaults, "links")
			}
		}
		templating := had["templating"].(map[string]any)
		templating["list"] = slices.DeleteFunc(templating["list"].([]any), func(v any) bool { return v.(map[string]any)["name"] == "tempo" })
		if diff := cmp.Diff(had, has); diff != "" {
			t.Errorf("%s without traces:\n%s", name, diff)
		}
	}
	if len(with) < 8 || len(with) != len(without) || links < 20 {
		t.Errorf("%d dashboards with %d links, %d without", len(with), links, len(without))
	}
}

// provisioned is a file of Grafana's provisioning of data sources, as far as we use it.
type provisioned struct {
	APIVersion  int  `json:"apiVersion"`
	Prune       bool `json:"prune"`
	Datasources []struct {
		Name, UID, Type, Access, URL string
		Editable                     bool
	} `json:"datasources"`
}

// Grafana gets a data source of Tempo's when an address is known, under the name that the dashboards begin with, and none otherwise.
func TestGrafanaKnowsTempo(t *testing.T) {
	if files := sidecars(t, set(nil, "traces.enabled", true), "grafana_datasource"); len(files) != 0 {
		t.Errorf("without an address there is %v", files)
	}
	values := set(set(nil, "traces.enabled", true), "traces.tempo", "http://tempo.tracing:3200")
	files := sidecars(t, values, "grafana_datasource")
	if len(files) != 1 {
		t.Fatalf("%d data sources", len(files))
	}
	for name, text := range files {
		var file provisioned
		if err := yaml.UnmarshalStrict([]byte(text), &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.HasSuffix(name, ".yaml") || file.APIVersion != 1 || !file.Prune || len(file.Datasources) != 1 {
			t.Fatalf("%s: %+v", name, file)
		}
		d := file.Datasources[0]
		if d.UID != dashboard.TempoUID || d.Type != "tempo" || d.Access != "proxy" || d.URL != "http://tempo.tracing:3200" || d.Editable {
			t.Errorf("%+v", d)
		}
		for board, text := range sidecars(t, values, "grafana_dashboard") {
			if strings.Contains(text, `"name": "tempo"`) && !strings.Contains(text, `"text": "`+d.Name+`"`) {
				t.Errorf("%s does not begin with the data source %s", board, d.Name)
			}
		}
	}
}
