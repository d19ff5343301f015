package question_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestWorkload: empty asks nothing more and leaves the executors to be
// answered; with data their size is not asked.
func TestWorkload(t *testing.T) {
	s := spec.Default()
	keys := func(page string) string {
		var all []string
		for _, q := range question.On(page, s) {
			all = append(all, q.Key[strings.LastIndex(q.Key, ".")+1:])
		}
		return strings.Join(all, " ")
	}
	if got := keys("workload"); got != "datasetSize cloud instance" {
		t.Errorf("without data: %s", got)
	}
	if got := keys("spark"); !strings.Contains(got, "cores memory min max") {
		t.Errorf("without data: %s", got)
	}
	s.Workload.DatasetSize = "1TB"
	if got := keys("workload"); got != "datasetSize transformations target profile scannedFraction utilisation executorCores maxExecutors pyspark runsPerDay cloud instance" {
		t.Errorf("with data: %s", got)
	}
	if got := keys("spark"); strings.Contains(got, "cores") || !strings.Contains(got, "min") {
		t.Errorf("with data: %s", got)
	}
	s.Workload.Transformations, s.Workload.Cloud = "join,write", spec.NoCloud
	if got := keys("workload"); !strings.Contains(got, "outputRatio") || strings.Contains(got, "instance") {
		t.Errorf("that is written, on machines of one's own: %s", got)
	}
	for key, answers := range map[string][2]string{ // good, wrong
		"workload.datasetSize":     {"1.5TiB", "much"},
		"workload.transformations": {"scan, join", "jion"},
		"workload.target":          {"1h30m", "90"},
		"workload.profile":         {"sql", "olap"},
		"workload.scannedFraction": {"", "1.5"},
		"workload.outputRatio":     {"2", "NaN"},
		"workload.utilisation":     {"0.6", ""},
		"workload.executorCores":   {"8", "0"},
		"workload.maxExecutors":    {"100", "1001"},
		"workload.runsPerDay":      {"0", "-1"},
		"workload.cloud":           {"gcp", "moon"},
		"workload.instance":        {"r6i.xlarge", "n2-standard-4"},
	} {
		for i, text := range answers {
			s := spec.Default()
			s.Workload.DatasetSize, s.Workload.Transformations = "1TB", "write"
			q, _ := question.Find(key)
			if err := q.Put(&s, text); err != nil {
				t.Fatal(err)
			}
			if err := question.ValidateOne(key, s, facts.Facts{}); (err != nil) != (i == 1) {
				t.Errorf("%s=%s: %v", key, text, err)
			}
		}
	}
	for label, want := range map[string]string{"eks.amazonaws.com/nodegroup": spec.AWS, "cloud.google.com/gke-nodepool": spec.GoogleCloud, "kubernetes.azure.com/agentpool": spec.Azure, "kubernetes.io/os": spec.AWS} {
		a := question.NewAnswers(spec.Default(), nil, question.FromDefault)
		a.Suggest(facts.Facts{Known: true, Nodes: []facts.Node{{Labels: map[string]string{label: "x"}}}})
		if a.Spec.Workload.Cloud != want {
			t.Errorf("%s: %s", label, a.Spec.Workload.Cloud)
		}
	}
}
