package compat_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/assets"
	"github.com/sparkwiz/sparkwiz/internal/compat"
)

// checkable is what a source looks like: an address, an artifact in a
// registry, a file of this repository, or something that was tried.
var checkable = regexp.MustCompile(`^(https://[a-z0-9.-]+/\S*(, .+)?|PyPI [a-z0-9_.-]+.*|Maven Central [a-z0-9.-]+:[A-Za-z0-9_.-]+.*|sparkwiz [a-z/*.A-Z0-9-]+.*|ran .*\d.*)$`)

func TestEveryRowHasASource(t *testing.T) {
	check := func(what, source, seen string) {
		t.Helper()
		for _, s := range (compat.Finding{Source: source}).Sources() {
			if !checkable.MatchString(s) {
				t.Errorf("%s: nobody can check %q", what, s)
			}
		}
		if day, err := time.Parse(time.DateOnly, seen); err != nil || day.Year() < 2026 {
			t.Errorf("%s: seen %q is no day", what, seen)
		}
	}
	table := load(t)
	for _, c := range table.Components() {
		for _, v := range c.Versions {
			check(c.Name+" "+v.Text, v.Source, v.Seen)
		}
	}
	for _, r := range table.Rows() {
		check(r.When.Component+" needs "+r.Needs.Component, r.Source, r.Seen)
		if strings.HasSuffix(r.Why, ".") || r.Why[:1] != strings.ToUpper(r.Why[:1]) && !strings.HasPrefix(r.Why, "hadoop-aws ") {
			t.Errorf("%q is not a sentence without its full stop", r.Why)
		}
	}
}

// TestCovers names what has to be in the table, whatever else is.
func TestCovers(t *testing.T) {
	table := load(t)
	for component, want := range map[string]string{
		"spark":      "3.5.0–3.5.9, 4.0.0–4.0.5, 4.1.0–4.1.4, 4.2.0, 4.2.1, 4.3.0",
		"scala":      "2.12, 2.13",
		"java":       "8, 11, 17, 21, 25",
		"python":     "3.9–3.14",
		"iceberg":    "1.9.0–1.9.2, 1.10.0–1.10.2, 1.11.0, 1.12.0",
		"hadoop-aws": "3.3.4, 3.3.6, 3.4.0–3.4.3, 3.5.0",
		"hive":       "3.1.3, 4.0.0, 4.0.1, 4.1.0, 4.2.0, 4.2.1",
		"rapids":     "26.06.0, 26.08.0, 26.08.1, 26.10.0",
		"kubernetes": "1.28–1.37",
	} {
		got := ""
		for _, c := range table.Components() {
			if c.Name == component {
				var all []string
				for _, v := range c.Versions {
					all = append(all, v.Text)
				}
				got = compat.Ranges(all)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", component, got, want)
		}
	}
	for _, refused := range []string{"spark@4.2.0", "spark@4.2.1", "spark@4.3.0", "hive@4.0.1", "hive@4.2.1"} {
		if j := table.Judge(pins(t, refused)...); j.Verdict != compat.Refused || len(j.Nearest) != 1 {
			t.Errorf("%s alone: %s, nearest %v", refused, j.Verdict, j.Nearest)
		}
	}
}

func TestParseFaults(t *testing.T) {
	for name, c := range map[string]struct{ old, new, fault string }{
		"unknown key":       {"always: true}", "allways: true}", `unknown field "allways"`},
		"not YAML":          {"components:", "components: [", "yaml"},
		"no spark":          {"name: spark,", "name: spork,", "spark is missing"},
		"a name twice":      {"name: scala,", "name: java,", "java is the name of another one"},
		"an alias twice":    {"also: k8s", "also: jdk", "jdk is the name of another one"},
		"no source":         {"source: PyPI apache-airflow 3.3.2", "source: \"\"", "a source and seen"},
		"version order":     {"1.9.0 1.9.1 1.9.2", "1.9.1 1.9.0 1.9.2", "newer than the one before"},
		"version precision": {"are: 8 11 17 21 25", "are: 8 11 17 21 x25", "x25 has to have 1 numbers"},
		"no component":      {"needs: aws-sdk 1.12.262", "needs: aws-skd 1.12.262", `no component "aws-skd"`},
		"no version":        {"needs: aws-sdk 1.12.262", "needs: aws-sdk 1.12.261", `"aws-sdk 1.12.261" has no version`},
		"bad constraint":    {"needs: aws-sdk 1.12.262", "needs: aws-sdk ~~1", "improper constraint"},
		"silence":           {"when: iceberg >=1.11.0\n    needs: java", "when: iceberg >=1.12.0\n    needs: java", "none says what iceberg 1.11.0 needs of java"},
		"both verbs":        {"advises: java 17", "advises: java 17\n    needs: \"\"\n    why: two", "key"},
		"neither verb":      {"    advises: java 17\n", "", "want either needs or advises"},
	} {
		t.Run(name, func(t *testing.T) {
			data := string(assets.Compat())
			if !strings.Contains(data, c.old) {
				t.Fatalf("the table has no %q", c.old)
			}
			table, err := compat.Parse([]byte(strings.Replace(data, c.old, c.new, 1)))
			if err == nil || table != nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%v, want %s", err, c.fault)
			}
		})
	}
}

func TestRanges(t *testing.T) {
	for versions, want := range map[string]string{
		"":                          "",
		"17":                        "17",
		"17 21":                     "17, 21",
		"8 9 10":                    "8–10",
		"3.9 3.10 3.11":             "3.9–3.11",
		"2.12 2.13":                 "2.12, 2.13",
		"3.5.8 3.5.9 4.0.0":         "3.5.8, 3.5.9, 4.0.0",
		"1.9.0 1.9.1 1.9.2 1.11.0":  "1.9.0–1.9.2, 1.11.0",
		"4.1.0 4.1.2 4.1.3 4.1.4":   "4.1.0, 4.1.2–4.1.4",
		"26.06.0 26.08.0 26.08.1":   "26.06.0, 26.08.0, 26.08.1",
		"3.4.0 3.4.1 3.4.2 3.4 3.5": "3.4.0–3.4.2, 3.4, 3.5",
	} {
		if got := compat.Ranges(strings.Fields(versions)); got != want {
			t.Errorf("%q: %q, want %q", versions, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	cells := map[string]compat.Cell{}
	var lines []string
	for _, line := range load(t).Lines() {
		lines = append(lines, line.Line)
		for _, c := range line.With {
			cells[line.Line+" "+c.Component] = c
		}
	}
	if got := strings.Join(lines, " "); got != "3.5 4.0 4.1" {
		t.Fatalf("lines %s", got)
	}
	rapids := cells["4.1 rapids"]
	if len(rapids.Works) != 2 || compat.Ranges(rapids.Works[0].Only) != "4.1.1" || compat.Ranges(rapids.Works[1].Only) != "4.1.1–4.1.3" || compat.Ranges(rapids.None) != "4.1.0, 4.1.4" {
		t.Errorf("RAPIDS with 4.1: %+v", rapids)
	}
	if sdk := cells["3.5 aws-sdk"]; len(sdk.Works) != 1 || compat.Ranges(sdk.Works[0].Versions) != "1.12.262" || sdk.None != nil {
		t.Errorf("the SDK with 3.5: %+v", sdk)
	}
	if charts := cells["4.0 charts"]; charts.Works != nil || compat.Ranges(charts.Not) != "0.1.0" || charts.None != nil {
		t.Errorf("charts with 4.0: %+v", charts)
	}
}
