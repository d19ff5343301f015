package dashboard

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// TempoUID is Grafana's name for the data source that the chart monitoring brings. The variable tempo begins with it; where there
// is none of that name, Grafana takes the first of the type.
const TempoUID = "sparkwiz-tempo"

// lead is how a panel leads from one of its series to the traces of what the series is about.
type lead struct {
	label     string // of the series
	attribute string // of the trace's resource, as the trace exporter writes it
	words     string
}

// Executors belong to an application, whose ID both metrics and traces have. A driver's own metrics do not say which application
// it is; but every application of a Connect server is named by its line.
var (
	byApplication = lead{"application_id", "spark.app.id", "Traces of ${__field.labels.application_id}"}
	byLine        = lead{"line", "service.name", "Traces of ${__field.labels.line}"}
)

// lead is where the panel's series lead to, nil when they are about nothing that has traces.
func (p Panel) lead() *lead {
	if p.Source != Spark && p.Source != Rules {
		return nil
	}
	if strings.Contains(p.Queries[0].Expr, byApplication.label) {
		return &byApplication
	}
	return &byLine
}

// LeadsBy is the label whose value on a series leads to its traces, empty when nothing does.
func (p Panel) LeadsBy() string {
	if l := p.lead(); l != nil {
		return l.label
	}
	return ""
}

// links are those that Grafana offers on a series. Keys without a use are there because Grafana's schema wants them.
func (p Panel) links() []any {
	l := p.lead()
	if l == nil {
		return nil
	}
	return []any{map[string]any{
		"title": l.words, "url": l.url(), "type": "link", "targetBlank": true,
		"icon": "", "tooltip": "", "tags": []any{}, "asDropdown": false, "includeVars": false, "keepTime": false,
	}}
}

// url opens Explore with a search for the traces, in the time that the dashboard shows.
func (l lead) url() string {
	panes := map[string]any{"traces": map[string]any{
		"datasource": "${tempo}",
		"queries": []any{map[string]any{
			"refId": "A", "datasource": map[string]any{"type": "tempo", "uid": "${tempo}"}, "queryType": "traceql", "limit": 100, "tableType": "traces", "filters": []any{},
			"query": fmt.Sprintf(`{ resource.%s = "${__field.labels.%s}" }`, l.attribute, l.label),
		}},
		"range": map[string]any{"from": "${__from}", "to": "${__to}"},
	}}
	text, err := json.Marshal(panes)
	if err != nil {
		panic(err) // Of maps, lists and texts no JSON can fail.
	}
	return "/explore?schemaVersion=1&panes=" + escaped(string(text))
}

var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// escaped is a text as the value in an address, but for Grafana's variables: it looks for them before it reads the address, and
// escapes what it puts there.
func escaped(text string) string {
	var out strings.Builder
	last := 0
	for _, at := range append(variable.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		for _, c := range []byte(text[last:at[0]]) {
			if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("-_.~", c) >= 0 {
				out.WriteByte(c)
			} else {
				fmt.Fprintf(&out, "%%%02X", c)
			}
		}
		out.WriteString(text[at[0]:at[1]])
		last = at[1]
	}
	return out.String()
}

// tempo is the variable with the data source that has the traces.
func tempo() map[string]any {
	return map[string]any{
		"name": "tempo", "label": "Traces", "type": "datasource", "query": "tempo", "current": map[string]any{"text": "Spark traces", "value": TempoUID},
	}
}
