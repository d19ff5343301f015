package question_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func fresh() question.Answers {
	return question.NewAnswers(spec.Default(), nil, question.FromDefault)
}

func sandbox() facts.Facts {
	return facts.Facts{
		Known:          true,
		Contexts:       []facts.Context{{Name: "other"}, {Name: "here", Current: true}},
		StorageClasses: []facts.StorageClass{{Name: "slow"}, {Name: "gp3", Provisioner: "ebs.csi.aws.com", Default: true}},
	}
}

func TestMissing(t *testing.T) {
	a := fresh()
	var want []string
	for _, q := range question.Rows() {
		if q.Required {
			want = append(want, q.Key)
		}
	}
	if got := missing(a); !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("fresh: %q, want every required question: %q", got, want)
	}
	a.Suggest(sandbox())
	if got := missing(a); !slices.Equal(got, want) {
		t.Errorf("a suggestion is not an answer: %q", got)
	}
	for i, key := range want {
		q, _ := question.Find(key)
		if err := a.Set(key, q.Text(a.Spec), question.FromFlag); err != nil {
			t.Fatal(err)
		}
		if got := missing(a); !slices.Equal(got, want[i+1:]) {
			t.Errorf("after %s: %q", key, got)
		}
	}
}

func missing(a question.Answers) (keys []string) {
	for _, q := range a.Missing() {
		keys = append(keys, q.Key)
	}
	return keys
}

// TestOrigins goes through the sources as the command line does: defaults,
// the file, flags; the cluster's suggestions come last and yield to both.
func TestOrigins(t *testing.T) {
	s, keys, err := spec.Parse([]byte("namespace: from-file\nname: from-file\n"))
	if err != nil {
		t.Fatal(err)
	}
	a := question.NewAnswers(s, keys, question.FromFile)
	if err := a.SetPairs([]string{"name=from-flag", "storage.bucket = from-flag"}); err != nil {
		t.Fatal(err)
	}
	reasons := a.Suggest(sandbox())
	if err := a.Set("storage.size", "20Gi", question.FromYou); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		key, text string
		origin    question.Origin
	}{
		{"environment", "dev", question.FromDefault},
		{"namespace", "from-file", question.FromFile},
		{"name", "from-flag", question.FromFlag},
		{"storage.bucket", "from-flag", question.FromFlag},
		{"storage.class", "gp3", question.FromCluster},
		{"cluster.context", "here", question.FromCluster},
		{"storage.size", "20Gi", question.FromYou},
	}
	for _, tt := range tests {
		q, _ := question.Find(tt.key)
		if text, origin := q.Text(a.Spec), a.Origin(tt.key); text != tt.text || origin != tt.origin {
			t.Errorf("%s: %q from %s, want %q from %s", tt.key, text, origin, tt.text, tt.origin)
		}
	}
	want := map[string]string{"storage.class": "the cluster's default, ebs.csi.aws.com", "cluster.context": "the kubeconfig's current context"}
	for key, reason := range want {
		if reasons[key] != reason {
			t.Errorf("%s is suggested because %q, want %q", key, reasons[key], reason)
		}
	}
	if len(reasons) != len(want) {
		t.Errorf("reasons %v, want %v", reasons, want)
	}
}

func TestSuggestYields(t *testing.T) {
	for _, origin := range []question.Origin{question.FromFile, question.FromFlag, question.FromYou} {
		a := question.NewAnswers(spec.Default(), []string{"storage.class"}, origin)
		reasons := a.Suggest(sandbox())
		if a.Spec.Storage.Class != "" || a.Origin("storage.class") != origin || reasons["storage.class"] != "" {
			t.Errorf("an answer from %s was replaced by %q", origin, a.Spec.Storage.Class)
		}
	}
}

// TestUnsuggest: what the cluster looked at before suggested must not be
// installed into the one chosen now.
func TestUnsuggest(t *testing.T) {
	a := fresh()
	if err := a.Set("cluster.context", "mine", question.FromFlag); err != nil {
		t.Fatal(err)
	}
	a.Suggest(sandbox())
	a.Unsuggest()
	a.Suggest(facts.Facts{Known: true})
	if a.Spec.Storage.Class != "" || a.Origin("storage.class") != question.FromDefault {
		t.Errorf("class %q from %s; this cluster suggests none", a.Spec.Storage.Class, a.Origin("storage.class"))
	}
	if a.Spec.Cluster.Context != "mine" || a.Origin("cluster.context") != question.FromFlag {
		t.Errorf("an answer was taken back with the suggestions: %q", a.Spec.Cluster.Context)
	}
	a.Suggest(facts.Facts{Known: true, StorageClasses: []facts.StorageClass{{Name: "only"}}})
	if a.Spec.Storage.Class != "only" {
		t.Errorf("class %q, want the only one", a.Spec.Storage.Class)
	}
}

func TestClone(t *testing.T) {
	before := question.NewAnswers(spec.Default(), []string{"environment"}, question.FromFile)
	after := before.Clone()
	if err := after.Set("name", "x", question.FromYou); err != nil {
		t.Fatal(err)
	}
	if before.Spec.Name != "spark" || before.Origin("name") != question.FromDefault || after.Origin("environment") != question.FromFile {
		t.Errorf("before %q from %s, after %s", before.Spec.Name, before.Origin("name"), after.Origin("environment"))
	}
	var zero question.Answers
	if err := zero.Set("name", "x", question.FromYou); err != nil || zero.Origin("name") != question.FromYou {
		t.Errorf("the zero value does not work: %v", err)
	}
}

func TestSetPairsRefuses(t *testing.T) {
	a := fresh()
	err := a.SetPairs([]string{
		"nmae=x", "name", "=x", "gpu.enabled=perhaps", "spark.executor.max=many", "spark.executor.max=", "storage=s3", "version=2", "namespace=ok",
	})
	want := []string{
		`unknown key "nmae", did you mean "name"?`,
		`--set name: want key=value`,
		`unknown key ""`,
		`gpu.enabled: "perhaps" is not true or false`,
		`spark.executor.max: "many" is not a whole number`,
		`spark.executor.max: "" is not a whole number`,
		`"storage" is a section: answer storage.account, storage.bucket, storage.class, storage.endpoint, storage.mode, storage.pathStyle, storage.region, storage.secret, storage.size`,
		`unknown key "version", did you mean "spark-35.version"?`,
	}
	lines(t, err, want)
	if fault.KindOf(err) != fault.Usage {
		t.Errorf("kind %v, want Usage", fault.KindOf(err))
	}
	if a.Spec.Namespace != "ok" || a.Spec.Spark.Executor.Max != 2 || a.Origin("spark.executor.max") != question.FromDefault {
		t.Errorf("a wrong pair changed an answer, or kept a right one from it: %+v", a.Spec)
	}
}

func lines(t *testing.T, err error, want []string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.Split(err.Error(), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("faults:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
