package question_test

import (
	"slices"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

// TestVariants: each is valid, and every answer that somebody can choose is
// in one of them.
func TestVariants(t *testing.T) {
	all := question.Variants()
	for _, v := range all {
		if err := question.Validate(v.Spec, facts.Facts{}); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
	for _, q := range question.Rows() {
		var wanted []string
		s := all[0].Spec
		if _, yesNo := q.Field(&s).(*bool); yesNo {
			wanted = []string{"true", "false"}
		} else if q.Options != nil {
			for _, o := range q.Options(facts.Facts{}) {
				if o.Absent == "" {
					wanted = append(wanted, o.Value)
				}
			}
		}
		for _, value := range wanted {
			if on := all[0].Spec; q.Put(&on, value) == nil && q.Judge(on, facts.Facts{}) != nil && value == "true" {
				continue // Nobody can say so yet.
			}
			if !slices.ContainsFunc(all, func(v question.Variant) bool { return q.Text(v.Spec) == value }) {
				t.Errorf("no variant answers %s=%s", q.Key, value)
			}
		}
	}
}

// TestVariantsTakeMuch: what can be switched on together is.
func TestVariantsTakeMuch(t *testing.T) {
	s := question.Variants()[0].Spec
	for _, key := range []string{"spark-35.enabled", "spark-41.enabled", "airflow.enabled", "jupyter.enabled", "iceberg.enabled", "spark.history", "spark.token"} {
		if q, ok := question.Find(key); !ok || q.Text(s) != "true" {
			t.Errorf("%s is %s in the first variant", key, q.Text(s))
		}
	}
}
