package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestNoDeadEnds answers the questions in the order in which they are asked,
// in every way that is offered, each answer judged as the wizard judges it.
// However somebody began, every next question has an answer, and at the end
// the judge, the plan and the charts all agree.
func TestNoDeadEnds(t *testing.T) {
	ends := map[string]int{} // by environment
	cache := &render.Cache{}
	var walk func(rows []question.Question, s spec.Spec, path []string)
	walk = func(rows []question.Question, s spec.Spec, path []string) {
		for len(rows) > 0 && !rows[0].Asked(s) {
			rows = rows[1:]
		}
		if len(rows) == 0 {
			ends[s.Environment]++
			if err := question.Validate(s, facts.Facts{}); err != nil {
				t.Errorf("%s: every answer was accepted, the whole is not: %v", strings.Join(path, " "), err)
			}
			for _, r := range makePlan(t, s, facts.Facts{}).Releases {
				if _, err := cache.Manifest(r, ""); err != nil {
					t.Errorf("%s: %v", strings.Join(path, " "), err)
				}
			}
			return
		}
		q, ways := rows[0], 0
		for _, text := range answers(q, s) {
			next := s
			if err := q.Put(&next, text); err != nil {
				t.Fatal(err)
			}
			if question.ValidateOne(q.Key, next, facts.Facts{}) != nil {
				continue
			}
			ways++
			walk(rows[1:], next, append(slices.Clip(path), q.Key+"="+text))
		}
		if ways == 0 {
			t.Errorf("%s: no answer to %s is accepted", strings.Join(path, " "), q.Key)
		}
	}
	walk(question.Rows(), spec.Default(), nil)
	for _, o := range environments() {
		if ends[o] == 0 {
			t.Errorf("environment %s can be chosen, and no way leads to its end", o)
		}
	}
	t.Logf("ways to the end: %v", ends)
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
	typed := map[string]string{"cluster.context": "here", "storage.secret": "their-keys", "storage.endpoint": "https://s3.example.com"}
	if text, ok := typed[q.Key]; ok {
		return []string{text}
	}
	return []string{q.Text(s)}
}

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
			if _, err := cache.Manifest(r, ""); err != nil {
				t.Errorf("%q: %v", set, err)
			}
		}
	}
}
