package otlp_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
)

// TestTreesEqualTheLogs reads logs of other projects twice: as spans, and as an Application. Each job, each stage attempt that
// ran and each query is one span of the right kind, below the right one.
func TestTreesEqualTheLogs(t *testing.T) {
	dir := cmp.Or(os.Getenv("SPARKWIZ_EVENTLOGS"), filepath.Join("..", "..", "..", "shared", "eventlogs"))
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no event logs of other projects here: set SPARKWIZ_EVENTLOGS to a directory with them")
	}
	files, logs, total := os.DirFS(dir), 0, 0
	for _, name := range logNames(t, files) {
		a, err := eventlog.Read(files, name, eventlog.Options{})
		if err != nil || a.ID == "" || len(a.Incomplete) > 0 {
			continue // What is missing in a log cannot be compared.
		}
		for _, unit := range []otlp.Unit{otlp.PerApplication, otlp.PerQuery} {
			b := otlp.New(unit)
			if _, err := eventlog.Events(files, name, eventlog.Cursor{}, eventlog.Options{}, b.Visit); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			b.Close()
			got := b.Take()
			if d := diff.Diff(want(&a), parents(got)); d != "" {
				t.Errorf("%s, one trace for each %s:\n%s", name, unit, d)
			}
			total += len(got)
		}
		logs++
	}
	if logs < 30 {
		t.Errorf("only %d logs were compared", logs)
	}
	t.Logf("%d logs, %d spans", logs, total)
}

// logNames are the files that look like logs, and the directories of rolling ones.
func logNames(t *testing.T, files fs.FS) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), "eventlog_v2_"):
			names = append(names, name)
			return fs.SkipDir
		case !entry.IsDir() && !strings.HasSuffix(name, ".md") && !strings.HasSuffix(name, ".csv") && !strings.Contains(name, "HistoryServerExpectations"):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// want is each thing of an application and what it is part of.
func want(a *eventlog.Application) map[string]string {
	tree := map[string]string{"application": ""}
	for _, q := range a.SQL {
		parent := "application"
		if q.Root != q.ID {
			parent = fmt.Sprint("query ", q.Root)
		}
		tree[fmt.Sprint("query ", q.ID)] = parent
	}
	for i := range a.Jobs {
		parent := "application"
		if a.Jobs[i].SQL >= 0 {
			parent = fmt.Sprint("query ", a.Jobs[i].SQL)
			if tree[parent] == "" {
				tree[parent] = "application" // Nothing but its jobs tells of it.
			}
		}
		tree[fmt.Sprint("job ", a.Jobs[i].ID)] = parent
	}
	for i := range a.Stages {
		parent := "application"
		if a.Stages[i].Job >= 0 {
			parent = fmt.Sprint("job ", a.Stages[i].Job)
		}
		tree[fmt.Sprintf("stage %d.%d", a.Stages[i].ID, a.Stages[i].Attempt)] = parent
	}
	return tree
}

// parents is the same of spans. A span that begins a trace belongs to the application that it is linked to.
func parents(all []*trace.Span) map[string]string {
	names := map[string]string{}
	for _, s := range all {
		names[string(s.SpanId)] = name(s)
	}
	tree := map[string]string{}
	for _, s := range all {
		parent := string(s.ParentSpanId)
		if parent == "" && len(s.Links) > 0 {
			parent = string(s.Links[0].SpanId)
		}
		tree[name(s)] = names[parent]
	}
	if len(tree) != len(all) {
		tree["spans that are there twice"] = strconv.Itoa(len(all) - len(tree))
	}
	return tree
}

func name(s *trace.Span) string {
	ids := map[string]int64{}
	for _, a := range s.Attributes {
		ids[a.Key] = a.Value.GetIntValue()
	}
	kind, _, _ := strings.Cut(s.Name, " ")
	switch kind {
	case "query":
		return fmt.Sprint("query ", ids["spark.sql.execution.id"])
	case "job":
		return fmt.Sprint("job ", ids["spark.job.id"])
	case "stage":
		return fmt.Sprintf("stage %d.%d", ids["spark.stage.id"], ids["spark.stage.attempt"])
	}
	return kind
}
