package dashboard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/dashboard"
)

// prometheus is a real server that scrapes a real platform.
// hack/e2e/observe.sh has one started and names it here.
type prometheus struct {
	url       string
	namespace string
	lines     []string
	airflow   bool // whether DAGs have run there, and an Iceberg maintenance
	// volumes is a namespace that has volumes of which a kubelet has
	// statistics. The sandbox's own are of the kind hostPath, of which it has
	// none.
	volumes string
}

func running(t *testing.T) prometheus {
	t.Helper()
	p := prometheus{
		url: os.Getenv("SPARKWIZ_PROMETHEUS"), namespace: os.Getenv("SPARKWIZ_NAMESPACE"), lines: strings.Fields(os.Getenv("SPARKWIZ_LINES")),
		airflow: os.Getenv("SPARKWIZ_AIRFLOW") == "yes", volumes: os.Getenv("SPARKWIZ_VOLUMES"),
	}
	if p.url == "" {
		t.Skip("no Prometheus is named by SPARKWIZ_PROMETHEUS: hack/e2e/observe.sh starts one")
	}
	if p.namespace == "" || len(p.lines) == 0 || p.volumes == "" {
		t.Fatal("SPARKWIZ_NAMESPACE, SPARKWIZ_LINES and SPARKWIZ_VOLUMES say what it scrapes")
	}
	return p
}

// series is one line of an answer.
type series struct {
	labels map[string]string
	points []point
}

type point struct {
	at    float64 // seconds
	value float64
}

// get reads the answer to one request.
func (p prometheus) get(ctx context.Context, path string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(answer)
}

// ask gets an answer over the time from start to end, in steps of 5 s.
func (p prometheus) ask(ctx context.Context, expr string, start, end time.Time) ([]series, error) {
	q := url.Values{
		"query": {expr}, "step": {"5"},
		"start": {strconv.FormatInt(start.Unix(), 10)}, "end": {strconv.FormatInt(end.Unix(), 10)},
	}
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	if err := p.get(ctx, "/api/v1/query_range?"+q.Encode(), &answer); err != nil {
		return nil, err
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("%s: %s", expr, answer.Error)
	}
	var all []series
	for _, r := range answer.Data.Result {
		s := series{labels: r.Metric}
		for _, v := range r.Values {
			at, _ := v[0].(float64)
			text, _ := v[1].(string)
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, err
			}
			s.points = append(s.points, point{at, value})
		}
		all = append(all, s)
	}
	return all, nil
}

// drawn is a panel with its answers.
type drawn struct {
	dashboard.Panel
	lines []named
}

type named struct {
	name   string
	points []point
}

// shows are whose numbers a panel must show on a platform that works: those of
// every line of Spark that runs, or those of Airflow. Nil: it may be empty.
func (p prometheus) shows(source dashboard.Source) []string {
	switch source {
	case dashboard.Spark, dashboard.Rules:
		return p.lines
	case dashboard.Airflow, dashboard.Iceberg:
		if p.airflow {
			return []string{"Airflow"}
		}
	case dashboard.StateMetric, dashboard.Kubelet, dashboard.CNPG:
	}
	return nil
}

// TestAnswers: every panel whose numbers come from Spark, from our rules or
// from Airflow shows numbers on a platform that works, for every line that
// runs, and those of the kubelet show some where it has any.
func TestAnswers(t *testing.T) {
	p := running(t)
	end := time.Now()
	start := end.Add(-10 * time.Minute)
	var boards []drawnBoard
	empty, panels := 0, 0
	for _, b := range dashboard.All() {
		board := drawnBoard{Board: b}
		for _, s := range b.Sections {
			section := drawnSection{title: s.Title}
			for _, panel := range s.Panels {
				d := drawn{Panel: panel}
				seen := map[string]bool{}
				namespace := p.namespace
				if panel.Source == dashboard.Kubelet {
					namespace = p.volumes
				}
				for _, q := range panel.Queries {
					answer, err := p.ask(t.Context(), q.For(namespace, strings.Join(p.lines, "|"), "2m"), start, end)
					if err != nil {
						t.Errorf("%s, %s: %v", b.ID, panel.Title, err)
					}
					for _, s := range answer {
						if slices.ContainsFunc(s.points, func(p point) bool { return p.value == p.value }) {
							seen[s.labels["line"]], seen["Airflow"] = true, true
						}
						if by := panel.LeadsBy(); by != "" && s.labels[by] == "" {
							t.Errorf("%s, %s: a series has no %s, which leads to its traces: %v", b.ID, panel.Title, by, s.labels)
						}
						d.lines = append(d.lines, named{legend(q.Legend, s.labels), s.points})
					}
				}
				panels++
				for _, whose := range p.shows(panel.Source) {
					if !seen[whose] {
						empty++
						t.Errorf("%s, %s shows nothing of %s", b.ID, panel.Title, whose)
					}
				}
				if panel.Source == dashboard.Kubelet && len(seen) == 0 {
					empty++
					t.Errorf("%s, %s shows nothing of %s", b.ID, panel.Title, namespace)
				}
				section.panels = append(section.panels, d)
			}
			board.sections = append(board.sections, section)
		}
		boards = append(boards, board)
	}
	t.Logf("%d panels, %d empty where they should not be", panels, empty)
	if path := os.Getenv("SPARKWIZ_DRAWING"); path != "" {
		if err := draw(path, boards, start, end); err != nil {
			t.Fatal(err)
		}
	}
}

func legend(template string, labels map[string]string) string {
	for key, value := range labels {
		template = strings.ReplaceAll(template, "{{"+key+"}}", value)
	}
	return template
}

// TestListsAreTrue: what the committed lists say of a line of Spark, or of the
// kubelet, is what it exposes now; with -update Spark's are written down.
func TestListsAreTrue(t *testing.T) {
	p := running(t)
	end := time.Now()
	for line, file := range map[string]string{"spark-35": "spark-3.5.7.txt", "spark-41": "spark-4.1.4.txt"} {
		if !slices.Contains(p.lines, line) {
			continue
		}
		now := p.names(t, fmt.Sprintf(`namespace=%q, line=%q`, p.namespace, line), end)
		if *update {
			record(t, file, now)
		}
		compare(t, line, file, now)
	}
	compare(t, "the kubelet", "kubelet.txt", p.names(t, `job="kubelet"`, end))
}

// names are those of the metrics that have had the labels in the ten minutes
// before.
func (p prometheus) names(t *testing.T, labels string, end time.Time) map[string]bool {
	t.Helper()
	answer, err := p.ask(t.Context(), "count by (__name__) ({"+labels+"})", end.Add(-10*time.Minute), end)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range answer {
		names[s.labels["__name__"]] = true
	}
	return names
}

// compare holds a list against what is exposed now.
func compare(t *testing.T, who, file string, now map[string]bool) {
	t.Helper()
	for name := range list(t, file) {
		if !now[name] {
			t.Errorf("%s exposes no %s, which %s says", who, name, file)
		}
	}
	t.Logf("%s exposes %d metrics, of which %s lists %d", who, len(now), file, len(list(t, file)))
}

// record writes down what there is but for the noise: percentiles, the second
// name that every gauge has, timers of single listeners, and what depends on
// the garbage collector that a JVM has chosen.
func record(t *testing.T, file string, now map[string]bool) {
	t.Helper()
	noise := regexp.MustCompile(`^[a-z]*:|_Number$|listenerProcessingTime|ercentile$|_(StdDev|Min|Max|Mean|\w+Rate)$|_pools_|_jvm_[A-Z]|CodeGenerator|HiveExternalCatalog`)
	text := "# What the drivers of this line expose, recorded by hack/e2e/observe.sh.\n"
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if (strings.HasPrefix(name, "metrics_") || name == "spark_info") && !noise.MatchString(name) {
			text += name + "\n"
		}
	}
	if err := os.WriteFile("testdata/"+file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
