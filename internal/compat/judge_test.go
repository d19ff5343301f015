package compat_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/compat"
)

func load(t testing.TB) *compat.Table {
	t.Helper()
	table, err := compat.Load()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func pins(t testing.TB, words string) []compat.Pin {
	t.Helper()
	var all []compat.Pin
	for word := range strings.FieldsSeq(words) {
		p, err := compat.ParsePin(word)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func write(pins []compat.Pin) string {
	var all []string
	for _, p := range pins {
		all = append(all, p.String())
	}
	return strings.Join(all, " ")
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ words, why, nearest string }{
		// RAPIDS knows exact patches.
		{"spark@4.1.0 rapids@26.10.0", "left out 4.1.0", "spark@4.1.1 rapids@26.10.0"},
		{"rapids@26.10.0 spark@4.1.0", "left out 4.1.0", "rapids@26.10.0 spark@4.1.1"},
		{"spark@4.1.4 rapids@26.10.0", "4.1.4 is asked for", "spark@4.1.3 rapids@26.10.0"},
		{"spark@4.1.0 rapids@26.08.1", "exact patches", "spark@4.1.1 rapids@26.08.1"},
		{"spark@4.0.5 rapids@26.10.0", "exact patches", "spark@4.0.4 rapids@26.10.0"},
		{"spark@3.5.9 rapids@26.06.0", "exact patches", "spark@3.5.9 rapids@26.08.0"},
		{"spark@4.1.3 rapids@26.06.0", "exact patches", "spark@4.1.3 rapids@26.08.0"},
		// Iceberg.
		{"iceberg@1.11.0 java@11", "Java 17 from 1.11", "iceberg@1.11.0 java@17"},
		{"iceberg@1.12.0 java@11", "Java 17 from 1.11", "iceberg@1.12.0 java@17"},
		{"iceberg@1.10.2 java@8", "compiled for Java 11", "iceberg@1.10.2 java@11"},
		{"spark@4.1.4 iceberg@1.10.2", "4.1 from 1.11 on", "spark@4.1.4 iceberg@1.11.0"},
		{"spark@4.0.4 iceberg@1.9.2", "4.0 from 1.10 on", "spark@4.0.4 iceberg@1.10.0"},
		// The metastore.
		{"spark@4.1.4 hive@4.0.1", "no get_table call", "spark@4.1.4 hive@4.0.0"},
		{"hive@4.2.1 iceberg@1.12.0", "no get_table call", "hive@4.0.0 iceberg@1.12.0"},
		{"hive@4.0.0 charts@0.1.0", "tables of 3.1", "hive@3.1.3 charts@0.1.0"},
		// Lines of Spark that have too little around them.
		{"spark@4.2.0 iceberg@1.12.0", "no runtime jar", "spark@4.1.4 iceberg@1.12.0"},
		{"spark@4.2.1 gx@1.24.1", "before 4.2", "spark@4.1.4 gx@1.24.1"},
		{"spark@4.2.0 rapids@26.10.0", "no runtime jar", "spark@4.1.3 rapids@26.10.0"},
		{"spark@4.3.0 java@21", "Neither Iceberg nor", "spark@4.1.4 java@21"},
		{"spark@4.0.5 charts@0.1.0", "none for 4.0", "spark@4.1.0 charts@0.1.0"},
		// What Spark is run with.
		{"spark@4.1.0 python@3.9", "dropped 3.9", "spark@4.1.0 python@3.10"},
		{"spark@3.5.7 python@3.12", "distutils", "spark@3.5.7 python@3.11"},
		{"spark@4.0.5 python@3.14", "3.14 came with 4.1", "spark@4.0.5 python@3.13"},
		{"spark@4.1.4 java@11", "Java 17 and 21", "spark@4.1.4 java@17"},
		{"spark@3.5.7 java@21", "Java 8, 11 and 17", "spark@3.5.7 java@17"},
		{"spark@4.1.4 scala@2.12", "2.13 alone", "spark@4.1.4 scala@2.13"},
		// S3: hadoop-aws is of the Hadoop in Spark, the SDK of hadoop-aws.
		{"spark@4.1.4 hadoop-aws@3.3.4", "carries Hadoop 3.4.2", "spark@4.1.4 hadoop-aws@3.4.2"},
		{"spark@4.1.4 hadoop-aws@3.4.3", "carries Hadoop 3.4.2", "spark@4.1.4 hadoop-aws@3.4.2"},
		{"spark@3.5.7 hadoop-aws@3.3.6", "carries Hadoop 3.3.4", "spark@3.5.7 hadoop-aws@3.3.4"},
		{"hadoop-aws@3.4.2 aws-sdk@2.35.4", "2.29.52", "hadoop-aws@3.4.2 aws-sdk@2.29.52"},
		// Connect: the client is not newer than the server.
		{"spark@3.5.7 pyspark@4.1.3", "its own line or a newer one", "spark@3.5.7 pyspark@3.5.9"},
		{"spark@4.0.4 pyspark@4.1.0", "its own line or a newer one", "spark@4.0.4 pyspark@4.0.5"},
		{"spark@4.1.4 pyspark@4.2.0", "its own line or a newer one", "spark@4.1.4 pyspark@4.1.4"},
		// Data quality, Airflow, the cluster.
		{"gx@1.24.1 python@3.9", "3.10 to 3.14", "gx@1.24.1 python@3.10"},
		{"gx@1.24.1 pyspark@4.2.0", "before 4.2", "gx@1.24.1 pyspark@4.1.4"},
		{"airflow@3.3.2 python@3.10", "want 3.11", "airflow@3.3.2 python@3.11"},
		{"airflow@3.3.2 pyspark@3.5.9", "pyspark-client 4.0", "airflow@3.3.2 pyspark@4.0.0"},
		{"charts@0.1.0 kubernetes@1.28", "1.29 is the oldest", "charts@0.1.0 kubernetes@1.29"},
		// No row is about these two, but no Spark takes both.
		{"spark@3.5.7 aws-sdk@2.29.52", "another Spark than 3.5.7", "spark@3.5.7 aws-sdk@1.12.262"},
		{"java@21 scala@2.12", "No Spark here goes with all", "java@21 scala@2.13"},
		{"python@3.9 aws-sdk@2.29.52", "No Spark here goes with all", "python@3.10 aws-sdk@2.29.52"},
		{"rapids@26.06.0 hadoop-aws@3.4.3", "hadoop-aws@3.4.3 with none", "rapids@26.06.0 hadoop-aws@3.4.2"},
		{"java@11 pyspark@4.0.0 python@3.11", "No Spark here goes with all", "java@17 pyspark@4.0.0 python@3.11"},
		// Every two of these leave a Spark, 3.5, 4.0 or 4.1, and all three leave none.
		{"charts@0.1.0 iceberg@1.10.2 java@21", "No Spark here goes with all", "charts@0.1.0 iceberg@1.10.2 java@17"},
	} {
		t.Run(c.words, func(t *testing.T) {
			j := load(t).Judge(pins(t, c.words)...)
			if j.Verdict != compat.Refused || len(j.Conflicts) == 0 {
				t.Fatalf("%s: %+v", j.Verdict, j)
			}
			why, sources := "", true
			for _, f := range j.Conflicts {
				why += f.Why + "\n"
				sources = sources && f.Source != "" && f.Seen != "" && len(f.Pins) > 0
			}
			if !strings.Contains(why, c.why) || !sources {
				t.Errorf("does not say %q, or has no source:\n%+v", c.why, j.Conflicts)
			}
			if got := write(j.Nearest); got != c.nearest {
				t.Errorf("nearest %s, want %s", got, c.nearest)
			}
		})
	}
}

func TestTogether(t *testing.T) {
	for _, c := range []struct{ words, sparks string }{
		{"spark@4.1.4 iceberg@1.12.0 hadoop-aws@3.4.2 aws-sdk@2.29.52 hive@3.1.3 java@17 python@3.11 scala@2.13 gx@1.24.1 pyspark@4.1.4 charts@0.1.0 kubernetes@1.37", ""},
		{"spark@3.5.7 iceberg@1.12.0 hadoop-aws@3.3.4 aws-sdk@1.12.262 hive@3.1.3 java@17 python@3.11 scala@2.12 gx@1.24.1 pyspark@3.5.7 charts@0.1.0 kubernetes@1.29", ""},
		{"spark@3.5.7 iceberg@1.10.2 java@11", ""},
		{"spark@4.1.1 rapids@26.10.0", ""},
		{"spark@4.1.3 rapids@26.08.0", ""},
		{"spark@4.1.0 pyspark@4.1.4", ""}, // Patches of a line speak the same protocol.
		{"spark@4.1.4 pyspark@3.5.7", ""},
		{"spark@3.5.7 airflow@3.3.2", ""},
		{"gx@1.24.1 java@11", "3.5.0–3.5.9"},
		{"rapids@26.10.0 scala@2.13", "3.5.0–3.5.9, 4.0.0–4.0.4, 4.1.1–4.1.3"},
		{"charts@0.1.0 kubernetes@1.30", "3.5.0–3.5.9, 4.1.0–4.1.4"},
		{"hadoop-aws@3.3.6 aws-sdk@1.12.367", ""}, // In the metastore's image; no Spark has it.
	} {
		t.Run(c.words, func(t *testing.T) {
			j := load(t).Judge(pins(t, c.words)...)
			if j.Verdict != compat.Together || len(j.Conflicts) > 0 || j.Nearest != nil {
				t.Fatalf("%s: %+v", j.Verdict, j.Conflicts)
			}
			if got := compat.Ranges(j.Spark); got != c.sparks {
				t.Errorf("with Spark %q, want %q", got, c.sparks)
			}
		})
	}
}

func TestAdvice(t *testing.T) {
	for _, c := range []struct{ words, advice string }{
		{"spark@4.1.4 kubernetes@1.31", "Kubernetes 1.32"},
		{"spark@4.1.4 kubernetes@1.32", ""},
		{"spark@4.0.4 kubernetes@1.29", "Kubernetes 1.30"},
		{"spark@3.5.7 scala@2.13", "build Spark yourself"},
		{"spark@3.5.7 java@11", "-java17"},
		{"spark@3.5.7 airflow@3.3.2", "too new for a server of 3.5"},
		{"spark@4.1.4 airflow@3.3.2", ""},
		{"iceberg@1.12.0 rapids@26.10.0", "on the CPU"},
		{"iceberg@1.11.0 rapids@26.10.0", ""},
	} {
		j := load(t).Judge(pins(t, c.words)...)
		why := ""
		for _, f := range j.Advice {
			why += f.Why
		}
		if j.Verdict != compat.Together || c.advice == "" && why != "" || !strings.Contains(why, c.advice) {
			t.Errorf("%s: %s with advice %q, want %q", c.words, j.Verdict, why, c.advice)
		}
	}
}

// TestUnknown: what the table does not know is never a yes, and a conflict
// among the rest is still found.
func TestUnknown(t *testing.T) {
	for _, c := range []struct {
		words   string
		verdict compat.Verdict
		says    string
	}{
		{"sprak@4.1.4 iceberg@1.12.0", compat.Unknown, `unknown component "sprak", did you mean spark@4.1.4?`},
		{"flink@2.0 iceberg@1.12.0", compat.Unknown, `unknown component "flink": there are spark, scala`},
		{"spark@4.1.5 iceberg@1.12.0", compat.Unknown, "did you mean spark@4.1.4?"},
		{"spark@4.1 iceberg@1.12.0", compat.Unknown, "did you mean spark@4.1.4?"},
		{"spark@4.9.9 iceberg@1.12.0", compat.Unknown, "did you mean spark@4.1.4?"},
		{"spark@3.6.0 iceberg@1.12.0", compat.Unknown, "did you mean spark@3.5.9?"},
		{"spark@4.1.0-preview1 iceberg@1.12.0", compat.Unknown, "3.5.0–3.5.9, 4.0.0–4.0.5"},
		{"spark@4.1.4 kubernetes@1.38", compat.Unknown, "did you mean kubernetes@1.37?"},
		{"spark@4.1.4 java@1.8", compat.Unknown, "java"},
		{"spark@latest java@17", compat.Unknown, "did you mean spark@4.1.4?"},
		{"spark@4.1.4 spark@3.5.7", compat.Unknown, "two versions of one component"},
		{"spark@4.1.0 rapids@26.10.0 kubernetes@1.99", compat.Refused, "did you mean kubernetes@1.37?"},
	} {
		j := load(t).Judge(pins(t, c.words)...)
		if j.Verdict != c.verdict || len(j.Unknown) != 1 || !strings.Contains(j.Unknown[0].Error(), c.says) {
			t.Errorf("%s: %s, %v, want %s, %s", c.words, j.Verdict, j.Unknown, c.verdict, c.says)
		}
	}
}

func TestResolve(t *testing.T) {
	for from, to := range map[string]string{
		"java@17.0.15":                   "java@17",
		"python@3.11.2":                  "python@3.11",
		"kubernetes@v1.33.4+k3s1":        "kubernetes@1.33",
		"k8s@1.33.5-gke.1080000":         "kubernetes@1.33",
		"Great-Expectations@1.24.1":      "gx@1.24.1",
		"rapids-4-spark@26.8.1":          "rapids@26.08.1",
		"scala@2.13.17":                  "scala@2.13",
		"spark@v4.1.4":                   "spark@4.1.4",
		"iceberg-spark-runtime@1.12.0":   "iceberg@1.12.0",
		"hive-metastore@3.1.3":           "hive@3.1.3",
		"apache-airflow@3.3.2":           "airflow@3.3.2",
		"kubernetes@1.29.0-eks-a737599f": "kubernetes@1.29",
	} {
		got, err := load(t).Resolve(pins(t, from)[0])
		if err != nil || got.String() != to {
			t.Errorf("%s is %s, %v, want %s", from, got, err, to)
		}
	}
}
