package charts

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestNamesAreTheDirectories(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var directories []string
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != "fronts" && entry.Name() != "testdata" {
			directories = append(directories, entry.Name())
		}
	}
	known := slices.Sorted(slices.Values(slices.Concat(Names(), Libraries())))
	if !slices.Equal(directories, known) {
		t.Errorf("directories %v, Names() and Libraries() %v", directories, known)
	}
	if _, err := Files("spark-9.9"); err == nil || !strings.Contains(err.Error(), "spark-4.1") {
		t.Errorf("an unknown chart must name the known ones, got %v", err)
	}
}

func TestHelmLintFindsNothing(t *testing.T) {
	for _, name := range Names() {
		for _, message := range lint.AllWithKubeVersion(onDisk(t, name), nil, "spark", nil).Messages {
			// An icon would be a picture on somebody's web server.
			if message.Severity > support.InfoSev || !strings.Contains(message.Err.Error(), "icon is recommended") {
				t.Errorf("%s: %v", name, message)
			}
		}
	}
}

// Same values, same bytes: what was planned is what gets installed.
func TestTemplatesAreDeterministic(t *testing.T) {
	impure := regexp.MustCompile(`\b(lookup|now|date|ago|rand\w*|uuidv4|gen\w+|derivePassword|getHostByName|htpasswd|bcrypt)\b`)
	action := regexp.MustCompile(`(?s)\{\{[^/].*?\}\}`)
	err := fs.WalkDir(FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(path, "/templates/") {
			return err
		}
		for _, expression := range action.FindAllString(string(read(t, path)), -1) {
			if found := impure.FindString(expression); found != "" {
				t.Errorf("%s: %s in %s", path, found, expression)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		first, err := render(t, name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := render(t, name, nil); again != first {
			t.Errorf("%s renders differently the second time", name)
		}
	}
}

func TestObjectsAreLabelled(t *testing.T) {
	want := map[string]string{"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/part-of": "sparkwiz"}
	for _, object := range objects(t, "", nil) {
		for key, value := range want {
			if got := object.GetLabels()[key]; got != value {
				t.Errorf("%s %s: label %s is %q, not %q", object.GetKind(), object.GetName(), key, got, value)
			}
		}
		for _, key := range []string{"name", "instance", "component", "version"} {
			if object.GetLabels()["app.kubernetes.io/"+key] == "" {
				t.Errorf("%s %s has no label app.kubernetes.io/%s", object.GetKind(), object.GetName(), key)
			}
		}
	}
}

// What the switches turn off is gone, and what is left is still valid.
func TestVariants(t *testing.T) {
	variants := []struct {
		chart  string
		values map[string]any
		kinds  string
	}{
		{"spark-4.1", set(nil, "connect.enabled", false), "ConfigMap Deployment NetworkPolicy Service"},
		{"spark-4.1", set(set(nil, "history.enabled", false), "networkPolicy.enabled", false), "ConfigMap Deployment Role RoleBinding Service ServiceAccount"},
		{"spark-4.1", set(set(nil, "iceberg.enabled", false), "s3.endpoint", ""), "ConfigMap Deployment NetworkPolicy Role RoleBinding Service ServiceAccount"},
		{"spark-4.1", set(set(nil, "executor.tolerations", flips["executor.tolerations"]), "executor.nodeSelector", flips["executor.nodeSelector"]), "ConfigMap Deployment NetworkPolicy Role RoleBinding Service ServiceAccount"},
		{"airflow", set(nil, "networkPolicy.enabled", false), "ConfigMap Deployment Job Role RoleBinding Service ServiceAccount"},
		{"airflow", set(set(nil, "logs.enabled", false), "dags.samples", false), "ConfigMap Deployment Job NetworkPolicy Role RoleBinding Service ServiceAccount"},
		{"airflow", set(set(set(nil, "s3.endpoint", ""), "s3.pathStyle", false), "connect.token.enabled", false), "ConfigMap Deployment Job NetworkPolicy Role RoleBinding Service ServiceAccount"},
		{"airflow", set(set(set(nil, "database.tls.mode", "verify-full"), "database.tls.caSecret", "ca"), "dags.existingConfigMap", "mine"), "ConfigMap Deployment Job NetworkPolicy Role RoleBinding Service ServiceAccount"},
		{"data-validation", set(set(nil, "networkPolicy.enabled", false), "connect.token.enabled", false), "ConfigMap CronJob"},
		{"default-deny", set(nil, "clients", []any{}), "NetworkPolicy"},
		{"hive-metastore", set(set(nil, "s3.endpoint", "s3.example"), "imagePullSecrets", flips["imagePullSecrets"]), "ConfigMap Deployment NetworkPolicy Service"},
		{"jupyter", set(set(nil, "examples.enabled", false), "networkPolicy.enabled", false), "ConfigMap Service StatefulSet"},
		{"monitoring", set(nil, "dashboards.enabled", false), "PodMonitor PrometheusRule"},
		{"monitoring", set(set(nil, "alerts.enabled", false), "targets.spark", false), "ConfigMap"},
		{"object-store", set(nil, "buckets", []any{}), "NetworkPolicy Service StatefulSet"},
		{"postgresql", set(nil, "databases", []any{}), "NetworkPolicy Service StatefulSet"},
		{"postgresql-cluster", set(set(nil, "networkPolicy.enabled", false), "avoidNodes", flips["avoidNodes"]), "Cluster Database"},
		{"trace-exporter", set(set(nil, "s3.endpoint", ""), "traces.caSecret", "trace-ca"), "Deployment NetworkPolicy"},
		{"trace-exporter", set(onGCS, "networkPolicy.enabled", false), "Deployment"},
		{"airflow", set(set(nil, "metrics.enabled", true), "networkPolicy.enabled", false), "ConfigMap Deployment Job Role RoleBinding Service ServiceAccount"},
		{"airflow", set(nil, "traces.endpoint", "https://otlp.example:4318"), "ConfigMap Deployment Job NetworkPolicy Role RoleBinding Service ServiceAccount"},
	}
	for _, v := range variants {
		var kinds []string
		for _, object := range objects(t, v.chart, v.values) {
			kinds = append(kinds, object.GetKind())
		}
		slices.Sort(kinds)
		if got := strings.Join(slices.Compact(kinds), " "); got != v.kinds {
			t.Errorf("%s with %v renders %s, not %s", v.chart, v.values, got, v.kinds)
		}
		pods(t, v.chart, v.values)
	}
}

// The API server drops what is empty, and every upgrade would put it back: a change where nothing changed.
func TestNothingIsEmpty(t *testing.T) {
	for _, object := range objects(t, "", nil) {
		// The selector of all pods is the one thing that is kept.
		if selector, found, _ := unstructured.NestedMap(object.Object, "spec", "podSelector"); found && object.GetKind() == "NetworkPolicy" && len(selector) == 0 {
			unstructured.RemoveNestedField(object.Object, "spec", "podSelector")
		}
		nothingEmpty(t, object.GetKind()+" "+object.GetName(), object.Object)
	}
}

func nothingEmpty(t *testing.T, path string, node any) {
	t.Helper()
	switch node := node.(type) {
	case nil:
		t.Errorf("%s is null", path)
	case []any:
		if len(node) == 0 {
			t.Errorf("%s is an empty list", path)
		}
		for _, item := range node {
			nothingEmpty(t, path+"[]", item)
		}
	case map[string]any:
		if len(node) == 0 {
			t.Errorf("%s is an empty map", path)
		}
		for key, child := range node {
			nothingEmpty(t, path+"."+key, child)
		}
	}
}

// onDisk writes a chart with its libraries, as `helm dependency build` leaves it.
func onDisk(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	files, err := Files(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		at := filepath.Join(dir, f.Path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := FS.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
