package compat_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/Masterminds/semver/v3"

	"github.com/sparkwiz/sparkwiz/internal/compat"
)

// artifacts are the jars in lists of jars that are components here, with the
// line of Spark and the Scala that they are for.
var artifacts = []struct {
	jar       *regexp.Regexp
	component string
}{
	{regexp.MustCompile(`^org\.apache\.hadoop:hadoop-aws:(?P<v>\S+)$`), "hadoop-aws"},
	{regexp.MustCompile(`^com\.amazonaws:aws-java-sdk-\S+:(?P<v>\S+)$`), "aws-sdk"},
	{regexp.MustCompile(`^software\.amazon\.awssdk:\S+:(?P<v>\S+)$`), "aws-sdk"},
	{regexp.MustCompile(`^org\.apache\.iceberg:iceberg-spark-runtime-(?P<line>[\d.]+)_(?P<scala>[\d.]+):(?P<v>\S+)$`), "iceberg"},
	{regexp.MustCompile(`^com\.nvidia:rapids-4-spark_(?P<scala>[\d.]+):(?P<v>[^:\s]+)`), "rapids"},
	{regexp.MustCompile(`^org\.apache\.spark:spark-connect_(?P<scala>[\d.]+):(?P<v>\S+)$`), "spark"},
	{regexp.MustCompile(`^org\.apache\.hive:hive-standalone-metastore:(?P<v>[^:\s]+)`), "hive"},
}

// packages are the pins in Python's lists that are components here.
var packages = regexp.MustCompile(`^(apache-airflow|great-expectations|pyspark|pyspark-client)==(\S+)`)

// shipped reads the pins of a list of jars or of Python packages, each once,
// and the lines of Spark that Iceberg's jars are for.
func shipped(t *testing.T, path string) (all []compat.Pin, lines []string) {
	t.Helper()
	add := func(component, version string) {
		if p := (compat.Pin{Component: component, Version: version}); !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	for line := range strings.Lines(read(t, path)) {
		if m := packages.FindStringSubmatch(line); m != nil {
			p, err := load(t).Resolve(compat.Pin{Component: m[1], Version: m[2]})
			if err != nil {
				t.Error(err)
			}
			add(p.Component, p.Version)
		}
		fields := strings.Fields(line)
		if len(fields) != 2 || strings.HasPrefix(line, "#") {
			continue
		}
		for _, a := range artifacts {
			m := a.jar.FindStringSubmatch(fields[1])
			if m == nil {
				continue
			}
			add(a.component, m[a.jar.SubexpIndex("v")])
			if i := a.jar.SubexpIndex("scala"); i > 0 {
				add("scala", m[i])
			}
			if i := a.jar.SubexpIndex("line"); i > 0 {
				lines = append(lines, m[i])
			}
		}
	}
	return all, lines
}

// image is an entry of images/images.yaml.
type image struct{ Name, Dockerfile, Inputs string }

// lists are the lists of jars and packages that an image is made of.
func (i image) lists(t *testing.T) []string {
	t.Helper()
	var all []string
	for input := range strings.FieldsSeq(i.Inputs) {
		err := filepath.WalkDir("../../images/"+input, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(path) == ".txt" {
				all = append(all, filepath.Clean(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestImages judges what our images really carry, together with their Java and
// Python. The metastore's, which has no Spark, has a test of its own.
func TestImages(t *testing.T) {
	var file struct{ Images []image }
	if err := yaml.Unmarshal([]byte(read(t, "../../images/images.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	judged := map[string]bool{}
	for _, i := range file.Images {
		lists := i.lists(t)
		if i.Name == "hive-metastore" || len(lists) == 0 {
			continue
		}
		t.Run(i.Name, func(t *testing.T) {
			var all []compat.Pin
			for _, list := range lists {
				judged[list] = true
				pins, lines := shipped(t, list)
				all = append(all, pins...)
				for _, line := range lines {
					if !slices.ContainsFunc(all, func(p compat.Pin) bool { return p.Component == "spark" && strings.HasPrefix(p.Version, line+".") }) {
						all = append(all, spark(t, lists, line))
					}
				}
			}
			dockerfile := read(t, "../../images/"+i.Dockerfile)
			for component, expression := range map[string]string{"java": `openjdk-(\d+)-jre`, "python": `/lib/python(\d+\.\d+)/`} {
				if m := regexp.MustCompile(expression).FindStringSubmatch(dockerfile); m != nil {
					all = append(all, compat.Pin{Component: component, Version: m[1]})
				}
			}
			if j := load(t).Judge(all...); j.Verdict != compat.Together {
				t.Errorf("%s of %v: %+v %v", j.Verdict, all, j.Conflicts, j.Unknown)
			}
		})
	}
	lists, err := filepath.Glob("../../images/spark/*/jars.txt")
	deeper, errDeeper := filepath.Glob("../../images/spark/*/*/jars.txt")
	lists = append(lists, deeper...)
	if err != nil || errDeeper != nil || len(lists) == 0 {
		t.Fatalf("%v, %v, %v", lists, err, errDeeper)
	}
	for _, list := range lists {
		if !judged[list] {
			t.Errorf("no image is made of %s", list)
		}
	}
}

// spark is the Spark of an image: that of its PySpark, which has to be of the
// line that Iceberg's jar is for.
func spark(t *testing.T, lists []string, line string) compat.Pin {
	t.Helper()
	for _, list := range lists {
		pins, _ := shipped(t, list)
		for _, p := range pins {
			if p.Component != "pyspark" {
				continue
			}
			if !strings.HasPrefix(p.Version, line+".") {
				t.Errorf("Iceberg's jar is for Spark %s, and Spark is %s", line, p.Version)
			}
			return compat.Pin{Component: "spark", Version: p.Version}
		}
	}
	t.Errorf("no PySpark beside Iceberg's jar for Spark %s", line)
	return compat.Pin{}
}

// TestImageOfTheMetastore: a metastore has a Hadoop and an SDK of its own,
// which need not be those of Spark, but have to be each other's.
func TestImageOfTheMetastore(t *testing.T) {
	table := load(t)
	jars, _ := shipped(t, "../../images/hive-metastore/jars.txt")
	byName := map[string]compat.Pin{}
	for _, p := range jars {
		byName[p.Component] = p
	}
	for _, pair := range [][]compat.Pin{
		{byName["hadoop-aws"], byName["aws-sdk"]},
		{byName["hive"], {Component: "spark", Version: "3.5.7"}},
		{byName["hive"], {Component: "spark", Version: "4.1.4"}},
		{byName["hive"], {Component: "charts", Version: "0.1.0"}},
	} {
		if j := table.Judge(pair...); j.Verdict != compat.Together {
			t.Errorf("%v: %s %+v %v", pair, j.Verdict, j.Conflicts, j.Unknown)
		}
	}
}

// TestCharts: what a chart installs, and the Kubernetes it asks for, is what
// the table says.
func TestCharts(t *testing.T) {
	table := load(t)
	paths, err := filepath.Glob("../../charts/*/Chart.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v, %v", paths, err)
	}
	for _, path := range paths {
		var chart struct{ Name, Type, Version, AppVersion, KubeVersion string }
		if err := yaml.Unmarshal([]byte(read(t, path)), &chart); err != nil {
			t.Fatal(err)
		}
		if chart.Type != "application" {
			continue
		}
		charts := compat.Pin{Component: "charts", Version: chart.Version}
		t.Run(chart.Name, func(t *testing.T) {
			asked, err := semver.NewConstraint(chart.KubeVersion)
			if err != nil {
				t.Fatalf("kubeVersion %q: %v", chart.KubeVersion, err)
			}
			for _, c := range table.Components() {
				if c.Name == strings.TrimSuffix(chart.Name, "-metastore") || c.Name == "spark" && strings.HasPrefix(chart.Name, "spark-") {
					app := compat.Pin{Component: c.Name, Version: chart.AppVersion}
					if j := table.Judge(charts, app); j.Verdict != compat.Together {
						t.Errorf("%s: %s %+v %v", app, j.Verdict, j.Conflicts, j.Unknown)
					}
				}
				for _, v := range c.Versions {
					if c.Name != "kubernetes" {
						continue
					}
					j := table.Judge(charts, compat.Pin{Component: c.Name, Version: v.Text})
					if fits := asked.Check(semver.MustParse(v.Text + ".0")); fits != (j.Verdict == compat.Together) || j.Verdict == compat.Unknown {
						t.Errorf("Kubernetes %s: the chart says %t, the table %s", v.Text, fits, j.Verdict)
					}
				}
			}
			if line, ok := strings.CutPrefix(chart.Name, "spark-"); ok && !strings.HasPrefix(chart.AppVersion, line+".") {
				t.Errorf("%s installs Spark %s", chart.Name, chart.AppVersion)
			}
		})
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
