package eventlog

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestShortCuts: what is read of a task in the order that Spark writes is the same that is read in any order. Each line of a real
// log is written again with its keys sorted, which no short cut takes, and with spaces, which none does either.
func TestShortCuts(t *testing.T) {
	tasks := 0
	for _, name := range []string{"testdata/spark-4.1.lz4", "testdata/spark-4.1.zstd"} {
		tasks += compareTasks(t, name)
	}
	if tasks != 20 {
		t.Errorf("%d tasks", tasks)
	}
}

// compareTasks compares every task of a log, and some that it does not have.
func compareTasks(t *testing.T, name string) (tasks int) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, done, err := decompress(file)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	lines := newLines(r, nil, 0)
	for line := lines.next(); line != nil; line = lines.next() {
		if string(eventName(line)) != "SparkListenerTaskEnd" {
			continue
		}
		tasks++
		compare(t, line)
		compare(t, bytes.Replace(line, []byte(`{"Reason":"Success"}`), []byte(`{"Reason":"ExceptionFailure","Class Name":"x"}`), 1))
		compare(t, bytes.Replace(line, []byte(`"Result Size":`), []byte(`"Result Size":-`), 1))
		compare(t, bytes.Replace(line, []byte(`"Executor CPU Time":`), []byte(`"Something New":7,"Executor CPU Time":`), 1))
	}
	return tasks
}

func compare(t *testing.T, line []byte) {
	t.Helper()
	read := func(line []byte) TaskEnd {
		d := decoder{tasks: true}
		e, ok := d.decode(line)
		if !ok {
			t.Fatalf("no event: %s", line)
		}
		task := *e.(*TaskEnd)
		task.Executor, task.executor = string(task.executor), nil
		return task
	}
	want := read(line)
	if want.Metrics.RunTime == 0 && want.Metrics.CPUTime == 0 || want.Launch == 0 || want.Executor == "" {
		t.Errorf("nothing was read of %s", line)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	for _, indent := range []string{"", " "} {
		again, err := json.MarshalIndent(fields, "", indent)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, read(bytes.ReplaceAll(again, []byte{'\n'}, []byte{' '})), cmpopts.IgnoreUnexported(TaskEnd{})); diff != "" {
			t.Errorf("short cut against any order:\n%s\n%s", diff, line)
		}
	}
}
