package dashboard_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/tempo"

	"github.com/sparkwiz/sparkwiz/internal/dashboard"
	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
)

// labelsOfSeries is what a metric says of an application; the chart of Spark gives it the name of its line.
var labelsOfSeries = map[string]string{"application_id": "spark-1f2e", "line": "spark-41", "executor_id": "1"}

// exported are the attributes that the trace exporter gives the traces of the same application.
func exported(t *testing.T) map[string]string {
	t.Helper()
	b := otlp.New(otlp.PerQuery)
	if err := b.Visit(&eventlog.ApplicationStart{ID: "spark-1f2e", Name: "spark-41", User: "spark", Time: 1}); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, a := range b.Resource().GetAttributes() {
		all[a.GetKey()] = a.GetValue().GetStringValue()
	}
	return all
}

// opened is where Grafana goes when somebody follows a link on a series: it puts the variables in, escaped as in an address.
func opened(t *testing.T, link string) (panes map[string]pane) {
	t.Helper()
	values := map[string]string{"tempo": dashboard.TempoUID, "__from": "1700000000000", "__to": "1700003600000"}
	for name, value := range labelsOfSeries {
		values["__field.labels."+name] = value
	}
	link = regexp.MustCompile(`\$\{([^}]*)\}`).ReplaceAllStringFunc(link, func(word string) string {
		value, known := values[word[2:len(word)-1]]
		if !known {
			t.Errorf("nobody knows the variable %s", word)
		}
		return url.PathEscape(value)
	})
	to, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if to.Path != "/explore" || to.Host != "" || to.Query().Get("schemaVersion") != "1" {
		t.Errorf("%s does not lead to Explore", link)
	}
	if err := json.Unmarshal([]byte(to.Query().Get("panes")), &panes); err != nil || len(panes) != 1 {
		t.Fatalf("%s: %v", link, err)
	}
	return panes
}

type pane struct {
	Datasource string
	Queries    []json.RawMessage
	Range      struct{ From, To string }
}

// TestLinksFindTraces: what the dashboards search for is what the exporter writes, attribute and value. Either alone may not change.
func TestLinksFindTraces(t *testing.T) {
	traceQL := regexp.MustCompile(`^\{ resource\.([\w.]+) = "([^"]*)" \}$`)
	attributes := exported(t)
	used := map[string]bool{}
	for _, b := range dashboard.All() {
		text, err := os.ReadFile(filepath.Join(files, b.ID+".json"))
		if err != nil {
			t.Fatal(err)
		}
		for title, link := range linksIn(t, text) {
			for _, p := range opened(t, link) {
				var q tempo.Dataquery
				if err := wrong(q.UnmarshalJSONStrict(p.Queries[0])); err != nil {
					t.Fatalf("%s, %s: %v", b.ID, title, err)
				}
				search := traceQL.FindStringSubmatch(*q.Query)
				if search == nil || attributes[search[1]] != search[2] || search[2] == "" {
					t.Errorf("%s, %s searches for %s; the exporter writes %v", b.ID, title, *q.Query, attributes)
					continue
				}
				used[search[1]] = true
				if p.Datasource != dashboard.TempoUID || *q.QueryType != string(tempo.TempoQueryTypeTraceql) || p.Range.From != "1700000000000" || p.Range.To != "1700003600000" {
					t.Errorf("%s, %s asks %s for %+v", b.ID, title, p.Datasource, p)
				}
			}
		}
	}
	if !used[otlp.ApplicationID] || !used[otlp.ServiceName] || len(used) != 2 {
		t.Errorf("the dashboards search by %v", used)
	}
}

// linksIn are the addresses of a dashboard's links, by the title of the panel.
func linksIn(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var board struct {
		Panels []struct {
			Title       string
			FieldConfig struct {
				Defaults struct{ Links []struct{ URL string } }
			}
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, p := range board.Panels {
		for _, l := range p.FieldConfig.Defaults.Links {
			all[p.Title] = l.URL
		}
	}
	return all
}

// TestWhoHasLinks: every panel about Spark leads to traces, by a label that its series have; others do not.
func TestWhoHasLinks(t *testing.T) {
	for _, b := range dashboard.All() {
		text, err := b.JSON()
		if err != nil {
			t.Fatal(err)
		}
		links := linksIn(t, text)
		for _, s := range b.Sections {
			for _, p := range s.Panels {
				spark := p.Source == dashboard.Spark || p.Source == dashboard.Rules
				if _, has := links[p.Title]; has != spark {
					t.Errorf("%s, %s has a link: %t", b.ID, p.Title, has)
				}
				if !spark {
					continue
				}
				for _, q := range p.Queries {
					if by := p.LeadsBy(); by != "line" && !strings.Contains(q.Expr, by) {
						t.Errorf("%s, %s leads by %s, which its series do not have: %s", b.ID, p.Title, by, q.Expr)
					}
				}
			}
		}
		if has := strings.Contains(string(text), `"name": "tempo"`); has != (len(links) > 0) {
			t.Errorf("%s lets one choose where traces are: %t", b.ID, has)
		}
	}
}
