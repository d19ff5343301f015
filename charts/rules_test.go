package charts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// promtool is Prometheus' own judge of rules: $PROMTOOL, which hack/charts.sh sets, or the one of this machine.
func promtool(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("PROMTOOL"); path != "" {
		return path
	}
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip(`no promtool here: PROMTOOL=$(hack/prometheus.sh)/promtool go test ./charts`)
	}
	return path
}

// ruleFiles writes each PrometheusRule of the chart as the operator hands it to Prometheus.
func ruleFiles(t *testing.T, values map[string]any) (dir string, files []string) {
	t.Helper()
	dir = t.TempDir()
	for _, object := range objects(t, "monitoring", values) {
		if object.GetKind() != "PrometheusRule" {
			continue
		}
		groups, _, err := unstructured.NestedMap(object.Object, "spec")
		if err != nil {
			t.Fatal(err)
		}
		text, err := yaml.Marshal(groups)
		if err != nil {
			t.Fatal(err)
		}
		name := object.GetName() + ".yaml"
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	return dir, files
}

// What the values say is in the rules, and no word that stands for a value is left.
func TestRulesParse(t *testing.T) {
	tool := promtool(t)
	word := regexp.MustCompile(`NAMESPACE|RUNBOOKS|_BUDGET|_SHARE|DISK_LEFT|CERTIFICATE_DAYS|MAINTENANCE_`)
	for _, values := range []map[string]any{nil, set(set(nil, "alerts.objectives.availability", 99.95), "alerts.thresholds.gcShare", 15)} {
		dir, files := ruleFiles(t, values)
		for _, file := range files {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if left := word.FindString(string(text)); left != "" {
				t.Errorf("%s: %s is left", file, left)
			}
		}
		out, err := run(t, dir, tool, append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, files...)...)
		if err != nil {
			t.Errorf("promtool: %v\n%s", err, out)
		}
	}
}

func run(t *testing.T, dir, program string, arguments ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	return string(out), err
}

// Every alert is raised by what it is for, and by nothing that looks like it.
func TestAlerts(t *testing.T) {
	tool := promtool(t)
	dir, files := ruleFiles(t, nil)
	known := map[string][2]int{} // cases in which it fires, and in which it does not
	for _, object := range objects(t, "monitoring", nil) {
		if object.GetKind() == "PrometheusRule" {
			for _, name := range alertNames(t, object) {
				known[name] = [2]int{}
			}
		}
	}
	var tests []any
	for _, c := range alertCases() {
		counts, ok := known[c.alert]
		if !ok {
			t.Errorf("no rule is called %s", c.alert)
		}
		samples := []any{}
		if c.fires {
			counts[0]++
			samples = append(samples, map[string]any{"labels": "{}", "value": 1})
		} else {
			counts[1]++
		}
		known[c.alert] = counts
		var series []any
		for _, s := range c.series {
			series = append(series, map[string]any{"series": s[0], "values": s[1]})
		}
		tests = append(tests, map[string]any{
			"name": c.alert + ": " + c.when, "interval": "1m", "input_series": series,
			"promql_expr_test": []any{map[string]any{
				"expr":      fmt.Sprintf(`count(ALERTS{alertname=%q, alertstate="firing"})`, c.alert),
				"eval_time": c.at, "exp_samples": samples,
			}},
		})
	}
	for name, counts := range known {
		if counts[0] == 0 || counts[1] == 0 {
			t.Errorf("%s: %d cases in which it fires, %d in which it does not", name, counts[0], counts[1])
		}
	}
	text, err := yaml.Marshal(map[string]any{"rule_files": files, "evaluation_interval": "1m", "tests": tests})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tests.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, dir, tool, "test", "rules", "tests.yaml"); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

func alertNames(t *testing.T, object unstructured.Unstructured) []string {
	t.Helper()
	groups, _, _ := unstructured.NestedSlice(object.Object, "spec", "groups")
	var names []string
	for _, g := range groups {
		group, _ := g.(map[string]any)
		rules, _, _ := unstructured.NestedSlice(group, "rules")
		for _, r := range rules {
			rule, _ := r.(map[string]any)
			if name, ok := rule["alert"].(string); ok {
				names = append(names, name)
			}
		}
	}
	if text := strings.Join(names, " "); len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("an alert twice: %s", text)
	}
	return names
}
