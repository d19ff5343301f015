package charts

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the values tables of the charts' READMEs")

const (
	tableStart = "<!-- values: written by go test ./charts -update -->\n"
	tableEnd   = "<!-- /values -->\n"
)

// The table of a README is written from values.yaml and its comments, so it cannot say anything else.
func TestReadmesShowTheValues(t *testing.T) {
	for _, chart := range Names() {
		readme := string(read(t, chart+"/README.md"))
		before, rest, found := strings.Cut(prose(t, chart, readme), tableStart)
		_, after, closed := strings.Cut(rest, tableEnd)
		if !found || !closed {
			t.Fatalf("%s/README.md has no %q … %q", chart, tableStart, tableEnd)
		}
		want := before + tableStart + table(t, chart) + tableEnd + after
		if want == readme {
			continue
		}
		if !*update {
			t.Errorf("%s/README.md is out of date: go test ./charts -update", chart)
		} else if err := os.WriteFile(chart+"/README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// prose is a README without its table: of a front it is made of the common one, of others it is what stands there.
func prose(t *testing.T, chart, readme string) string {
	t.Helper()
	for _, line := range frontData(t).Lines {
		if line["chart"] == chart {
			return string(fill(t, "fronts/README.md.tmpl", line, map[string]any{"values": tableStart + tableEnd}))
		}
	}
	return readme
}

func table(t *testing.T, chart string) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("| Value | Default | What it does |\n| --- | --- | --- |\n")
	for _, v := range values(t, chart) {
		if v.leaf && v.comment == "" {
			t.Errorf("%s: %s has no comment in values.yaml", chart, v.path)
		}
		if v.comment == "" {
			continue
		}
		shown := ""
		if v.leaf {
			shown = fmt.Sprintf("`%s`", inline(t, v.node))
		}
		fmt.Fprintf(&text, "| `%s` | %s | %s |\n", v.path, shown, v.comment)
	}
	return text.String()
}

// inline writes a YAML value on one line.
func inline(t *testing.T, node *yaml.Node) string {
	t.Helper()
	flow := *node
	flow.HeadComment, flow.LineComment, flow.FootComment = "", "", ""
	var restyle func(*yaml.Node)
	restyle = func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode {
			n.Style = yaml.FlowStyle
		}
		for _, child := range n.Content {
			restyle(child)
		}
	}
	restyle(&flow)
	text, err := yaml.Marshal(&flow)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}
