package eventlog

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
)

// hostile are lines that have no place in a log, besides those that fuzzing makes up.
var hostile = []string{
	``, `{`, `}`, `[]`, `{"Event":`, `{"Event":"SparkListenerTaskEnd"`, `{"Event":"SparkListenerTaskEnd"}`, `{"Event":"SparkListenerTaskEnd",}`,
	`{"Event":"SparkListenerTaskEnd","Stage ID":99999999999999999999,"Task Info":{"Launch Time":-1,"Finish Time":1e999,"Executor ID":null}}`,
	`{"Event":"SparkListenerTaskEnd","Task Info":{"Accumulables":[}},"Task Metrics":{"Executor Run Time":"9"}}`,
	`{"Event":"SparkListenerTaskEnd","Task Info":[[[]]],"Task Metrics":7}`,
	`{"Event":"SparkListenerTaskEnd","Task Info":{"Accumulables":["]},\"Task Metrics\":{"]},"Task Metrics":null}`,
	`{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":0,"Number of Tasks":2147483647}}`,
	`{"Event":"SparkListenerJobStart","Job ID":0,"Stage Infos":[1,null,{"Parent IDs":[0,"1",{}]}],"Properties":{"spark.sql.execution.id":"x"}}`,
	`{"Event":"SparkListenerApplicationStart","App Name":"<script>\u0000\ud800\"","Timestamp":true}`,
	`{"Event":"SparkListenerExecutorAdded","Timestamp":1,"Executor ID":"1","Executor Info":{"Total Cores":-5}}`,
	`{"Event":"x.SparkListenerSQLExecutionStart","executionId":1,"sparkPlanInfo":` + strings.Repeat(`{"children":[`, 50) + `]}`,
	`{"Event":"x.SparkListenerDriverAccumUpdates","executionId":1,"accumUpdates":[[1,2,3],[],[1]]}`,
	`{ "Event" : "SparkListenerApplicationEnd" , "Timestamp" : 5 }`,
	`{"Timestamp":5,"Event":"SparkListenerApplicationEnd"}`,
	`{"Event":"SparkListenerApplicationEnd","Timestamp":"\`,
}

// FuzzRead: whatever the bytes are, there is an application or an error, and the sums and findings can be made of it.
func FuzzRead(f *testing.F) {
	for _, line := range hostile {
		f.Add([]byte(line + "\n" + `{"Event":"SparkListenerApplicationStart","App ID":"a","Timestamp":5}` + "\n"))
	}
	f.Add([]byte("LZ4Block\x25\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Add([]byte("LZ4Block\x25\x01\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00x"))
	f.Add([]byte("\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01\xff\xff\xff\xff"))
	f.Add([]byte("\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x05\xff\xff\xff\x7f\x00"))
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xa4, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0})
	f.Add([]byte("ZV\x00\x00\x02{}ZV\x01\x00\x06\x00\x09\x00{\xe0\xff\x00}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Read(fstest.MapFS{"log": {Data: data}}, "log", Options{MaxLine: 4096})
		if err != nil {
			return
		}
		o := Observe(&a)
		if o.Tasks < 0 || o.FailedTasks > o.Tasks || o.DurationMs < 0 {
			t.Errorf("%+v", o)
		}
		if !a.Ended && !a.Databricks && len(a.Incomplete) == 0 {
			t.Error("a log without an end passes for complete")
		}
		Findings(&a)
	})
}

// FuzzLine holds the scanner against encoding/json: every line that is an object of JSON is stepped over to its end, and the
// fields it is asked for have the same values.
func FuzzLine(f *testing.F) {
	for _, line := range hostile {
		f.Add([]byte(line))
	}
	f.Add([]byte(`{"Timestamp":12,"x":[{"y":"\\\""},-1.5e3,true,null],"App Name":"a\u00e9\n"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var fields map[string]any
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if !json.Valid(line) || d.Decode(&fields) != nil || fields == nil {
			return
		}
		if !complete(line) {
			t.Fatalf("%q is an object", line)
		}
		s := &scanner{b: line}
		texts := s.texts()
		if s.bad || s.peek() != 0 || len(texts) != len(fields) {
			t.Fatalf("%q has %d fields, not %d (bad: %v)", line, len(fields), len(texts), s.bad)
		}
		for key, value := range fields {
			if want, ok := value.(string); ok && texts[key] != want {
				t.Errorf("%q is %q, want %q", key, texts[key], want)
			}
		}
		numbers := map[string]int64{}
		s = &scanner{b: line}
		s.fields(func(key []byte) { numbers[unescape(key)] = s.number() })
		for key, value := range fields {
			n, ok := value.(json.Number)
			if want, err := n.Int64(); ok && err == nil && len(n) < 18 && numbers[key] != want {
				t.Errorf("%q is %d, want %d", key, numbers[key], want)
			}
		}
	})
}

// TestHostile runs what fuzzing starts from, also as one log: the good line between them is read.
func TestHostile(t *testing.T) {
	text := strings.Join(hostile, "\n") + "\n" + `{"Event":"SparkListenerApplicationEnd","Timestamp":99}` + "\n"
	a, err := Read(fstest.MapFS{"log": {Data: []byte(text)}}, "log", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !a.Ended || a.End != 99 || len(a.Incomplete) == 0 {
		t.Errorf("%+v", a)
	}
	deep := `{"Event":"x.SparkListenerSQLExecutionStart","sparkPlanInfo":` + strings.Repeat(`{"children":[`, 1_000_000) + strings.Repeat(`]}`, 1_000_000) + "}\n"
	a, err = Read(fstest.MapFS{"log": {Data: []byte(deep)}}, "log", Options{MaxLine: 64 << 20})
	if err != nil || len(a.SQL) != 1 {
		t.Error(err, a.SQL)
	}
}
