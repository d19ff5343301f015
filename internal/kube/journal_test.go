package kube

import (
	"os"
	"path/filepath"
	"testing"
)

func TestJournal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dir")
	if entries, err := ReadJournal(dir); err != nil || entries != nil {
		t.Fatalf("no journal: %v, %v", entries, err)
	}
	write := func(steps ...string) {
		t.Helper()
		j, err := OpenJournal(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			if err := j.Append(Entry{Step: s, Phase: "begin"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write("a", "b")
	// A power cut tears the last line; what is written after it must be read.
	data, err := os.ReadFile(journalPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journalPath(dir), data[:len(data)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	write("c")
	entries, err := ReadJournal(dir)
	if err != nil {
		t.Fatal(err)
	}
	var steps string
	for _, e := range entries {
		steps += e.Step
	}
	if steps != "ac" {
		t.Errorf("read %q, want %q", steps, "ac")
	}
}

func TestNoJournal(t *testing.T) {
	var j *Journal
	if err := j.Append(Entry{}); err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}
