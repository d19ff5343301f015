package spec_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		file string
		want func(*spec.Spec) // changes to the default
		keys []string
	}{
		"empty":                {"", nil, nil},
		"comments only":        {"# nothing yet\n---\n", nil, nil},
		"one answer":           {"name: lake", func(s *spec.Spec) { s.Name = "lake" }, []string{"name"}},
		"an empty text counts": {`namespace: ""`, func(s *spec.Spec) { s.Namespace = "" }, []string{"namespace"}},
		"null answers nothing": {"name: null\nnamespace: ~\nstorage:\nspark: {executor: }", nil, nil},
		"empty section":        {"storage: {}", nil, nil},
		"partial nested maps keep the rest": {
			"spark: {executor: {max: 7}}\nstorage: {bucket: lake}",
			func(s *spec.Spec) { s.Spark.Executor.Max, s.Storage.Bucket = 7, "lake" },
			[]string{"spark.executor.max", "storage.bucket"},
		},
		"dotted as in --set": {
			"spark.executor.max: 7",
			func(s *spec.Spec) { s.Spark.Executor.Max = 7 },
			[]string{"spark.executor.max"},
		},
		// YAML 1.1 takes these for a boolean and a number; here they are text.
		"text that looks like something else": {
			"observability: {metrics: off}\nspark-41: {version: 4.10}\nstorage: {bucket: 007}",
			func(s *spec.Spec) {
				s.Observability.Metrics, s.Spark41.Version, s.Storage.Bucket = "off", "4.10", "007"
			},
			[]string{"observability.metrics", "spark-41.version", "storage.bucket"},
		},
		"booleans as people write them": {
			"gpu: {enabled: yes}\niceberg: {enabled: off}\ndr: {enabled: 'true'}",
			func(s *spec.Spec) { s.GPU.Enabled, s.Iceberg.Enabled, s.DR.Enabled = true, false, true },
			[]string{"dr.enabled", "gpu.enabled", "iceberg.enabled"},
		},
		"anchors": {
			"name: &n lake\nnamespace: *n\nspark: {executor: &e {max: 3}}",
			func(s *spec.Spec) { s.Name, s.Namespace, s.Spark.Executor.Max = "lake", "lake", 3 },
			[]string{"name", "namespace", "spark.executor.max"},
		},
		"version": {"version: 2", nil, []string{"version"}},
		"version 1 had one line of Spark": {
			"version: 1\nspark: {version: 4.1.0, history: false}",
			func(s *spec.Spec) { s.Spark41.Version, s.Spark.History = "4.1.0", false },
			[]string{"spark-41.version", "spark.history", "version"},
		},
		"version 1, the other line, dotted": {
			"spark.version: 3.5.9",
			func(s *spec.Spec) { s.Spark35, s.Spark41.Enabled = spec.Line{Enabled: true, Version: "3.5.9"}, false },
			[]string{"spark-35.enabled", "spark-35.version", "spark-41.enabled"},
		},
		"version 1, nothing said": {"version: 1\nspark: {version: null}", nil, []string{"version"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := spec.Default()
			if tt.want != nil {
				tt.want(&want)
			}
			got, keys, err := spec.Parse([]byte(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("spec (-want +got):\n%s", diff)
			}
			if !slices.Equal(keys, tt.keys) {
				t.Errorf("keys %q, want %q", keys, tt.keys)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct {
		file string
		want []string // one per fault, in order
	}{
		"unknown key":        {"storage: {bukket: x}", []string{`line 1: unknown key "storage.bukket", did you mean "storage.bucket"?`}},
		"without its path":   {"executor: {max: 2}", []string{`line 1: unknown key "executor", did you mean "spark.executor"?`}},
		"nothing near":       {"zzzzzzzzzzzzzzz: 1", []string{`line 1: unknown key "zzzzzzzzzzzzzzz"`}},
		"a section answered": {"storage: s3", []string{`line 1: "storage" is a section: answer storage.account, storage.bucket, `}},
		"several at once": {
			"nmae: x\nspark:\n  executor:\n    cores: two\n    max: 1.5\ngpu:\n  enabled: perhaps\n",
			[]string{`line 1: unknown key "nmae", did you mean "name"?`, `line 4: spark.executor.cores: "two" is not a whole number`, `line 5: spark.executor.max: "1.5" is not a whole number`, `line 7: gpu.enabled: "perhaps" is not true or false`},
		},
		"a list for text":           {"name: [a, b]", []string{"line 1: name: want one value, not a list or a map"}},
		"a map for text":            {"name: {a: b}", []string{"line 1: name: want one value, not a list or a map"}},
		"answered twice":            {"name: a\nname: b", []string{"line 2: name is answered twice, first on line 1"}},
		"twice, also dotted":        {"gpu: {enabled: true}\ngpu.enabled: false", []string{"line 2: gpu.enabled is answered twice, first on line 1"}},
		"merge key":                 {"gpu: {<<: {enabled: true}}", []string{`line 1: unknown key "gpu.<<"`}},
		"newer version":             {"version: 3\nfuture: {yes: 1}", []string{"the answers have version 3; this sparkwiz reads version 2"}},
		"version zero":              {"version: 0", []string{"the answers have version 0; this sparkwiz reads version 2"}},
		"the old key, twice":        {"version: 1\nspark: {version: 4.1.4}\nspark-41: {version: 4.1.0}", []string{"line 2: spark-41.version is answered twice, first on line 3"}},
		"the old key in a new file": {"version: 2\nspark: {version: 4.1.4}", []string{`line 2: unknown key "spark.version"`}},
		"version in words":          {"version: one", []string{`line 1: version: "one" is not a whole number`}},
		"a list":                    {"- name: x", []string{"the answers are not a map of keys to values"}},
		"a word":                    {"hello", []string{"the answers are not a map of keys to values"}},
		"two documents":             {"name: a\n---\nname: b", []string{"the answers are more than one YAML document"}},
		"half a file":               {"name: \"a", []string{"the answers are not YAML: "}},
		"not text":                  {"\x00\x01\x02\xff", []string{"the answers are not YAML: "}},
		"unknown anchor":            {"name: *x", []string{"the answers are not YAML: "}},
		"an anchor in itself":       {"storage: &s {mode: *s}", []string{"line 1: storage.mode: want one value, not a list or a map"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, keys, err := spec.Parse([]byte(tt.file))
			if err == nil {
				t.Fatal("no error")
			}
			if got != spec.Default() || keys != nil {
				t.Errorf("half an answer came back: %+v %v", got, keys)
			}
			if kind := fault.KindOf(err); kind != fault.Usage {
				t.Errorf("kind %v, want Usage", kind)
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("%d faults, want %d:\n%s", len(lines), len(tt.want), err)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("fault %d:\n got %s\nwant %s", i, lines[i], want)
				}
			}
		})
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	_, _, err := spec.Load(filepath.Join(dir, "none.yaml"))
	if !errors.Is(err, fs.ErrNotExist) || fault.KindOf(err) != fault.Usage {
		t.Errorf("missing file: %v", err)
	}
	path := filepath.Join(dir, "platform.yaml")
	if err := os.WriteFile(path, []byte("nmae: x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err = spec.Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// TestKeys pins the paths: they are in the files and scripts of users.
func TestKeys(t *testing.T) {
	want, err := os.ReadFile("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Fields(string(want)), spec.Keys()); diff != "" {
		t.Errorf("a key was lost or is new; a lost one needs a migration (-want +got):\n%s", diff)
	}
}

// FuzzParse: whatever the bytes are, Parse answers or refuses, and what it
// accepts survives being written and read again.
func FuzzParse(f *testing.F) {
	whole, err := spec.Default().Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for i := range whole { // byte flips of a whole file
		flipped := slices.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		f.Add(flipped)
	}
	for _, s := range []string{"", "{", "- a", "a: &a [*a]", "? [a]\n: b", "!!binary x: y", "\xff\xfe", "name: !!binary ////"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, _, err := spec.Parse(data)
		if err != nil {
			return
		}
		roundTrip(t, s)
	})
}

func TestRoundTrip(t *testing.T) {
	for _, text := range []string{"", "off", "null", "~", "4.10", "007", "0x1f", "<<", "a: b", "# no", "two\nlines", "*x", "ünï", "'", "\"", "1_000", "2026-01-01", "!!int 1", "."} {
		s := spec.Default()
		s.Name, s.Storage.Class = text, text
		roundTrip(t, s)
	}
}

func roundTrip(t *testing.T, s spec.Spec) {
	t.Helper()
	data, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, keys, err := spec.Parse(data)
	if err != nil {
		t.Fatalf("%v in what was written:\n%s", err, data)
	}
	if diff := cmp.Diff(s, again); diff != "" {
		t.Errorf("written and read (-before +after):\n%s", diff)
	}
	if !slices.Equal(keys, spec.Keys()) {
		t.Errorf("a written file answers %d keys of %d", len(keys), len(spec.Keys()))
	}
}
