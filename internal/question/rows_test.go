package question_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestRowsCoverSpec: an answer without a question could only be found by
// reading the source.
func TestRowsCoverSpec(t *testing.T) {
	var asked []string
	for _, q := range question.Rows() {
		asked = append(asked, q.Key)
	}
	slices.Sort(asked)
	want := slices.DeleteFunc(spec.Keys(), func(k string) bool { return k == "version" })
	if !slices.Equal(asked, want) {
		t.Errorf("questions and answers differ:\nasked  %q\nanswer %q", asked, want)
	}
}

func TestRowsAreComplete(t *testing.T) {
	pages := map[string]int{} // questions by page
	for _, p := range question.Pages() {
		if _, twice := pages[p.ID]; twice || p.Title == "" || !strings.HasSuffix(p.Help, ".") {
			t.Errorf("page %+v: not unique, or without a title or a sentence of help", p)
		}
		pages[p.ID] = 0
	}
	for _, q := range question.Rows() {
		if _, ok := pages[q.Page]; !ok {
			t.Errorf("%s is on page %q, which does not exist", q.Key, q.Page)
		}
		pages[q.Page]++
		if q.Title == "" || !strings.HasSuffix(q.Help, ".") {
			t.Errorf("%s has no title, or a help that is not a sentence", q.Key)
		}
		if found, ok := question.Find(q.Key); !ok || found.Title != q.Title {
			t.Errorf("%s is not found by its key", q.Key)
		}
	}
	for id, n := range pages {
		if n == 0 {
			t.Errorf("page %s asks nothing", id)
		}
	}
}

// TestFieldsMatchKeys: what a row writes is what the answers file has under
// its key. Each row writes a value that is not the default; the file must
// then answer with it, and only there.
func TestFieldsMatchKeys(t *testing.T) {
	for _, q := range question.Rows() {
		s := spec.Default()
		var text string
		switch q.Field(&s).(type) {
		case *string:
			text = "something-else"
		case *int:
			text = "42"
		case *bool:
			text = map[string]string{"true": "false", "false": "true"}[q.Text(s)]
		default:
			t.Fatalf("%s: no front end knows a field of type %T", q.Key, q.Field(&s))
		}
		if err := q.Put(&s, "  "+text+" "); err != nil {
			t.Errorf("%s: %v", q.Key, err)
		}
		if got := q.Text(s); got != text {
			t.Errorf("%s: put %q, got %q", q.Key, text, got)
		}
		want, _, err := spec.Parse([]byte(q.Key + ": " + text))
		if err != nil || want != s {
			t.Errorf("%s writes another field than its key names (%v)", q.Key, err)
		}
	}
}

func TestOn(t *testing.T) {
	s := spec.Default()
	keys := func(page string) (keys []string) {
		for _, q := range question.On(page, s) {
			keys = append(keys, q.Key)
		}
		return keys
	}
	if got := keys("storage"); !slices.Equal(got, []string{"storage.mode", "storage.bucket", "storage.size", "storage.class"}) {
		t.Errorf("in the cluster: %q", got)
	}
	if got := keys("database"); !slices.Equal(got, []string{"database.mode", "database.size"}) {
		t.Errorf("a database in the cluster: %q", got)
	}
	s.Database.Mode = spec.External
	if got := keys("database"); !slices.Equal(got, []string{"database.mode", "database.host", "database.port", "database.secret", "database.tls", "database.ca"}) {
		t.Errorf("a database outside: %q", got)
	}
	s.Storage.Mode, s.Storage.Class = spec.Azure, ""
	if got := keys("storage"); !slices.Equal(got, []string{"storage.mode", "storage.bucket", "storage.account", "storage.secret"}) {
		t.Errorf("azure, and no volume anywhere: %q", got)
	}
	s.Storage.Mode, s.Iceberg.Enabled = spec.External, false
	if got := keys("database"); len(got) > 0 {
		t.Errorf("nobody needs a database: %q", got)
	}
	if got := keys("storage"); !slices.Equal(got, []string{"storage.mode", "storage.bucket", "storage.endpoint", "storage.region", "storage.pathStyle", "storage.secret"}) {
		t.Errorf("external: %q", got)
	}
}
