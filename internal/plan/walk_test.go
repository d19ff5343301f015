package plan_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestNoDeadEnds answers the questions in the order in which they are asked,
// each answer judged as the wizard judges it, until every two answers that can
// be given together have been. However somebody began, every next question has
// an answer, and at the end the judge, the plan and the charts all agree.
func TestNoDeadEnds(t *testing.T) {
	w := walker{t: t, met: map[[2]string]bool{}, times: map[string]int{}}
	// Some pairs exclude each other, so the end is where walks meet nothing new.
	for idle, n := 0, 0; idle < 25 && n < 1000; n++ {
		before := len(w.met)
		w.walk()
		if idle++; len(w.met) > before {
			idle = 0
		}
	}
	for _, o := range environments() {
		if w.times["environment="+o] == 0 {
			t.Errorf("environment %s can be chosen, and no way leads to its end", o)
		}
	}
	t.Logf("%d pairs of answers, %d answers", len(w.met), len(w.times))
}

// walker remembers which answers were given together.
type walker struct {
	t     *testing.T
	met   map[[2]string]bool
	times map[string]int
	cache render.Cache
}

// walk answers every question once, with what has met the fewest of the
// answers before it.
func (w *walker) walk() {
	s, path := spec.Default(), []string(nil)
	for _, q := range question.Rows() {
		if !q.Asked(s) {
			continue
		}
		best, most, after := "", -1, s
		for _, text := range answers(q, s) {
			next, answer := s, q.Key+"="+text
			if err := q.Put(&next, text); err != nil {
				w.t.Fatal(err)
			}
			if question.ValidateOne(q.Key, next, facts.Facts{}) != nil {
				continue
			}
			fresh := 0
			for _, earlier := range path {
				if !w.met[[2]string{earlier, answer}] {
					fresh++
				}
			}
			// Among equals, the one that was given least often.
			if score := fresh*1000 - w.times[answer]; best == "" || score > most {
				best, most, after = answer, score, next
			}
		}
		if best == "" {
			w.t.Fatalf("%s: no answer to %s is accepted", strings.Join(path, " "), q.Key)
		}
		s, path = after, append(path, best)
	}
	for i, answer := range path {
		w.times[answer]++
		for _, earlier := range path[:i] {
			w.met[[2]string{earlier, answer}] = true
		}
	}
	w.ends(s, strings.Join(path, " "))
}

// ends looks whether what was accepted piece by piece holds as a whole.
func (w *walker) ends(s spec.Spec, path string) {
	if err := question.Validate(s, facts.Facts{}); err != nil {
		w.t.Errorf("%s: every answer was accepted, the whole is not: %v", path, err)
	}
	for _, r := range makePlan(w.t, s, facts.Facts{}).Releases {
		if r.Upstream != nil {
			continue // Charts of others are not here; package chartstore gets them.
		}
		if _, err := w.cache.Manifest(r, ""); err != nil {
			w.t.Errorf("%s: %v", path, err)
		}
	}
}

// answers are the ways to answer a question: what is offered, yes and no, and
// for free text what is there or else what somebody would type.
func answers(q question.Question, s spec.Spec) (all []string) {
	if q.Options != nil {
		for _, o := range q.Options(facts.Facts{}) {
			if o.Absent == "" {
				all = append(all, o.Value)
			}
		}
		return all
	}
	if _, ok := q.Field(&s).(*bool); ok {
		return []string{"true", "false"}
	}
	typed := map[string]string{
		"cluster.context": "here", "storage.secret": "their-keys", "storage.endpoint": "https://s3.example.com", "storage.account": "theirs1",
		"database.host": "db.example.com", "database.secret": "their-passwords",
		"observability.traceEndpoint": "collector:4317",
		"secrets.address":             "https://secrets.example.com", "secrets.project": "their-project", "secrets.tenant": someID, "secrets.secret": "their-keys",
	}
	if q.Key == "secrets.store" || q.Key == "secrets.ca" {
		return []string{"", "theirs"}
	}
	if q.Key == "secrets.identity" {
		return []string{map[string]string{
			spec.AWS: "arn:aws:iam::111122223333:role/their-role", spec.AzureVault: someID, spec.IBM: "their profile",
			spec.GoogleSecrets: "theirs@their-project.iam.gserviceaccount.com", spec.Vault: "spark", spec.VaultAgent: "spark",
		}[s.Secrets.Provider]}
	}
	if text, ok := typed[q.Key]; ok {
		return []string{text}
	}
	return []string{q.Text(s)}
}

// someID has the form of Azure's.
const someID = "5a02a20e-0000-0000-0000-0ad5b634c5d8"

func environments() (all []string) {
	q, _ := question.Find("environment")
	return answers(q, spec.Default())
}

// TestAcceptedRenders: odd answers that the judge accepts fit the charts'
// schemas too. A refusal there would come after the plan was shown.
func TestAcceptedRenders(t *testing.T) {
	external := []string{"storage.mode=external", "storage.secret=keys"}
	tests := [][]string{
		{"images.registry=registry.example.com:5000/mirror/of-hub"},
		{"images.registry=10.0.0.1:5000"},
		{"storage.bucket=007"},
		{"storage.bucket=a-b"},
		{"storage.size=1.5Ti"},
		{"storage.size=99999Ti"},
		{"storage.size=2G"},
		{"storage.class=my.class-2"},
		{"spark.executor.memory=999999g"},
		{"spark.executor.memory=512m", "spark.executor.cores=64", "spark.executor.min=1000", "spark.executor.max=1000"},
		{"spark.driver.memory=512m", "spark.history=no"},
		append(external, "storage.endpoint=http://10.0.0.1:9000/"),
		{"storage.mode=gcs", "storage.bucket=my-lake"},
		{"storage.mode=gcs", "storage.secret=their.key", "iceberg.enabled=no"},
		{"storage.mode=azure", "storage.account=007", "storage.secret=keys"},
		{"observability.traces=existing", "observability.traceEndpoint=collector:4317", "airflow.enabled=yes"},
		{"observability.traces=existing", "observability.traceEndpoint=https://OTLP.example.com/", "observability.traceSecret=their.key", "airflow.enabled=yes"},
		{"database.mode=external", "database.host=10.0.0.1", "database.port=1", "database.secret=db"},
		{"database.mode=external", "database.host=DB.example.com", "database.secret=db", "database.ca=rds-ca.2026", "database.port=65535"},
		{"database.mode=external", "database.host=db", "database.secret=db", "database.ca=rds ca", "database.tls=require"},
		{"database.mode=cloudnative-pg", "database.instances=9", "database.size=1.5Ti"},
		append(external, "storage.endpoint=https://s3.eu-west-1.amazonaws.com", "storage.region=eu-west-1"),
		append(external, "storage.endpoint=", "storage.region=1"),
		append(external, "storage.secret=a.b-c", "storage.pathStyle=yes", "storage.size=", "iceberg.enabled=no"),
	}
	var cache render.Cache
	for _, set := range tests {
		a := question.NewAnswers(spec.Default(), nil, question.FromDefault)
		if err := a.SetPairs(append([]string{"cluster.context=here"}, set...)); err != nil {
			t.Fatal(err)
		}
		if err := question.Validate(a.Spec, facts.Facts{}); err != nil {
			t.Errorf("%q: %v", set, err)
		}
		p := makePlan(t, a.Spec, facts.Facts{})
		if f := p.Footprint; f.CPUMilli <= 0 || f.Memory <= 0 || f.Volumes < 0 {
			t.Errorf("%q: footprint %+v", set, f)
		}
		for _, r := range p.Releases {
			if r.Upstream != nil {
				continue
			}
			if _, err := cache.Manifest(r, ""); err != nil {
				t.Errorf("%q: %v", set, err)
			}
		}
	}
}
