package verify

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

const selected = `{"step": "select", "seconds": 7.1234, "result": {"says": "100000 numbers added up by exec-1 and exec-2", ` +
	`"columns": ["remainder", "total"], "rows": [[0, 999950000], [1, 1000030000]], "executors": ["exec-1", "exec-2"]}}`

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		log      string
		complete bool
		steps    []string
		rest     []string
	}{
		"nothing yet":             {log: ""},
		"a record":                {log: selected + "\n", steps: []string{"select"}},
		"half a record":           {log: selected[:40]},
		"half a record at an end": {log: selected[:40], complete: true, rest: []string{selected[:40]}},
		"no newline at the end":   {log: selected, complete: true, steps: []string{"select"}},
		"warnings and a blank":    {log: "UserWarning: x\n\n" + selected + "\r\n", steps: []string{"select"}, rest: []string{"UserWarning: x"}},
		"JSON that is no record":  {log: `{"level": "ERROR"}` + "\n[1]\n", rest: []string{`{"level": "ERROR"}`, "[1]"}},
		"a field of a wrong type": {log: `{"step": 3}` + "\n", rest: []string{`{"step": 3}`}},
	} {
		t.Run(name, func(t *testing.T) {
			records, rest := parse(test.log, test.complete)
			var steps []string
			for _, r := range records {
				steps = append(steps, r.Step)
			}
			if !slices.Equal(steps, test.steps) || !slices.Equal(rest, test.rest) {
				t.Errorf("records %q, rest %q", steps, rest)
			}
		})
	}
}

func TestResultForPeople(t *testing.T) {
	records, _ := parse(selected, true)
	r := records[0]
	want := `100000 numbers added up by exec-1 and exec-2
  remainder       total
          0   999950000
          1  1000030000`
	if got := r.Result.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if r.took() != 7123*time.Millisecond {
		t.Errorf("took %s", r.took())
	}
	if got := (result{Says: "x", Snapshots: []string{"7461243426705198168", "1"}}).String(); got != "x\nsnapshots 7461243426705198168, 1" {
		t.Errorf("got %q", got)
	}
}

func TestReportForms(t *testing.T) {
	r := Report{
		Steps:     []Step{{Name: "select", Title: "Query on executors", Took: 7123 * time.Millisecond, Output: "two\nlines"}},
		Snapshots: []string{"7461243426705198168"},
	}
	if got, want := r.String(), "✓ Query on executors (7.1s)\n    two\n    lines"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"snapshots":["7461243426705198168"]`) {
		t.Errorf("a snapshot id must not be a JSON number: %s", data)
	}
}
