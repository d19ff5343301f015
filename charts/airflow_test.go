package charts

import (
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/sparkwiz/sparkwiz/dags"
)

// Every file of dags/ is in the pods that need it, at its place and whole; a directory that the templates do not know
// would be lost in silence. The newline at the end of a file may be: Helm trims the end of each object.
func TestDAGFilesArrive(t *testing.T) {
	want := map[string]string{}
	err := fs.WalkDir(dags.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dags.FS, path)
		want[path] = strings.TrimSuffix(string(data), "\n")
		return err
	})
	if err != nil || len(want) < 10 {
		t.Fatalf("%d files, %v", len(want), err)
	}
	for chart, names := range map[string][]string{"airflow": {"airflow-dag-processor", "airflow-worker"}, "data-validation": {"data-validation"}} {
		all := objects(t, chart, nil)
		for _, name := range names {
			if diff := cmp.Diff(want, mounted(t, all, pods(t, chart, nil)[name].Spec, "/opt/airflow/dags")); diff != "" {
				t.Errorf("%s (-dags/ +pod):\n%s", name, diff)
			}
		}
	}
}

// mounted are the files of a projected volume by their paths, as the kubelet puts them together.
func mounted(t *testing.T, all []unstructured.Unstructured, pod corev1.PodSpec, at string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, mount := range pod.Containers[0].VolumeMounts {
		if mount.MountPath != at {
			continue
		}
		i := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		for _, source := range pod.Volumes[i].Projected.Sources {
			data := as[corev1.ConfigMap](t, find(t, all, "ConfigMap", source.ConfigMap.Name).Object).Data
			for _, item := range source.ConfigMap.Items {
				files[item.Path] = data[item.Key]
			}
			if len(source.ConfigMap.Items) == 0 {
				maps.Copy(files, data)
			}
		}
	}
	for path, text := range files {
		files[path] = strings.TrimSuffix(text, "\n")
	}
	return files
}

// The Roles were found by running Airflow and taking verbs away until it complained.
func TestAirflowRolesAreLeast(t *testing.T) {
	all := objects(t, "airflow", nil)
	for name, want := range map[string]string{
		"airflow-scheduler": "pods: create list watch patch delete",
		"airflow-api":       "pods: list, pods/log: get",
	} {
		role := as[rbacv1.Role](t, find(t, all, "Role", name).Object)
		var rules []string
		for _, rule := range role.Rules {
			rules = append(rules, strings.Join(rule.Resources, " ")+": "+strings.Join(rule.Verbs, " "))
			if len(rule.APIGroups) != 1 || rule.APIGroups[0] != "" {
				t.Errorf("%s has a rule for the groups %v", name, rule.APIGroups)
			}
		}
		if got := strings.Join(rules, ", "); got != want {
			t.Errorf("%s may %s, not %s", name, got, want)
		}
	}
	for _, object := range all {
		if strings.HasPrefix(object.GetKind(), "ClusterRole") {
			t.Errorf("%s %s: nothing needs rights outside the namespace", object.GetKind(), object.GetName())
		}
	}
}

// A hook that migrates would wait for pods that wait for it, whenever Helm is told to wait.
func TestNoHooks(t *testing.T) {
	for _, object := range objects(t, "", nil) {
		for annotation := range object.GetAnnotations() {
			if strings.HasPrefix(annotation, "helm.sh/hook") {
				t.Errorf("%s %s is a hook", object.GetKind(), object.GetName())
			}
		}
	}
}

// A new image makes a migration Job of its own. What has nothing to do with the database does not make it run again.
func TestMigrationRunsForANewImage(t *testing.T) {
	job := func(values map[string]any) string {
		for name := range pods(t, "airflow", values) {
			if role(name) == "airflow-migrate" {
				return name
			}
		}
		t.Fatal("no migration Job")
		return ""
	}
	usual := job(nil)
	for path, again := range map[string]bool{"image.tag": true, "database.host": true, "scheduler.parallelism": false, "validation.mode": false, "logs.enabled": false, "api.replicas": false, "metrics.enabled": false} {
		value := map[string]any{"image.tag": "3.3.3", "database.host": "other", "scheduler.parallelism": 9, "validation.mode": "skip", "logs.enabled": false, "api.replicas": 2, "metrics.enabled": true}[path]
		if got := job(set(nil, path, value)) != usual; got != again {
			t.Errorf("%s makes it run again: %t", path, got)
		}
	}
	for name, pod := range pods(t, "airflow", nil) {
		if server := pod.Labels["app.kubernetes.io/component"]; server == "job" || server == "worker" {
			continue
		}
		if len(pod.Spec.InitContainers) != 1 || !slices.Contains(pod.Spec.InitContainers[0].Args, "check-migrations") {
			t.Errorf("%s does not wait for the migrations", name)
		}
	}
}

// Whoever writes a DAG can read the environment of its tasks.
func TestTasksKnowNoKeysOfAirflow(t *testing.T) {
	all := pods(t, "airflow", nil)
	for _, variable := range all["airflow-worker"].Spec.Containers[0].Env {
		if ref := variable.ValueFrom; ref != nil && !slices.Contains([]string{"spark-connect", "object-store-credentials"}, ref.SecretKeyRef.Name) {
			t.Errorf("a task has %s from the Secret %s", variable.Name, ref.SecretKeyRef.Name)
		}
		if strings.HasPrefix(variable.Name, "PG") || strings.HasPrefix(variable.Name, "AIRFLOW__DATABASE__") {
			t.Errorf("a task knows the database: %s", variable.Name)
		}
	}
	if all["airflow-worker"].Labels["sparkwiz.dev/postgresql-client"] != "" {
		t.Error("a task reaches the database")
	}
	for name, pod := range all {
		for _, variable := range pod.Spec.Containers[0].Env {
			if variable.Name == "AIRFLOW_PASSWORD" && role(name) != "airflow-migrate" {
				t.Errorf("%s knows the administrator's password", name)
			}
		}
	}
}

// Everybody who counts sends to the Service that is there, at its port, in the form that the mapping is written for; nobody does
// where nobody collects.
func TestAirflowSaysWhatItCounts(t *testing.T) {
	on := set(nil, "metrics.enabled", true)
	service := as[corev1.Service](t, find(t, objects(t, "airflow", on), "Service", "airflow-metrics").Object)
	port := service.Spec.Ports[0]
	if port.Protocol != corev1.ProtocolUDP || len(service.Spec.Ports) != 1 {
		t.Errorf("the Service has the ports %v", service.Spec.Ports)
	}
	want := map[string]string{
		"AIRFLOW__METRICS__STATSD_ON": "True", "AIRFLOW__METRICS__STATSD_HOST": service.Name, "AIRFLOW__METRICS__STATSD_PORT": strconv.Itoa(int(port.Port)),
		"AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED": "True", "AIRFLOW__METRICS__LEGACY_NAMES_ON": "False",
	}
	for _, values := range []map[string]any{on, nil} {
		for name, pod := range pods(t, "airflow", values) {
			told := map[string]string{}
			for _, variable := range pod.Spec.Containers[0].Env {
				if strings.HasPrefix(variable.Name, "AIRFLOW__METRICS__") {
					told[variable.Name] = variable.Value
				}
			}
			wanted := want
			if values == nil || role(name) == "airflow-migrate" || name == "airflow-metrics" {
				wanted = map[string]string{}
			}
			if diff := cmp.Diff(wanted, told); diff != "" {
				t.Errorf("%s, with %v: %s", name, values, diff)
			}
		}
	}
}

// Random text becomes a Fernet key; text that is one already, and what was encrypted with it, stay good.
func TestFernetKeys(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	key := base64.URLEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	hashed := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return base64.URLEncoding.EncodeToString(sum[:])
	}
	for secret, want := range map[string]string{
		"sQTeN8XbZ5vYq0aM3uWc7pLk2rJt9HxG":  hashed("sQTeN8XbZ5vYq0aM3uWc7pLk2rJt9HxG"),
		"ünï \"$(x)' and more":              hashed("ünï \"$(x)' and more"),
		key + "\n":                          key,
		"new," + key:                        hashed("new") + "," + key,
		key + ", " + hashed("new") + ",old": key + "," + hashed("new") + "," + hashed("old"),
	} {
		command := exec.Command(python, filepath.Join("airflow", "files", "keys.py"))
		command.Env = []string{"FERNET_SECRET=" + secret, "PYTHONUTF8=1"}
		out, err := command.Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != want {
			t.Errorf("%q gives %q, not %q (%v)", secret, got, want, err)
		}
	}
}

// A process that no longer writes its heartbeat is restarted; a database that cannot be asked restarts nobody.
func TestHeartbeat(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	const stub = `import os
class Error(Exception): pass
class Cursor:
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def execute(self, query, parameters): assert "latest_heartbeat" in query and parameters[0] == "TriggererJob", (query, parameters)
    def fetchone(self): return (int(os.environ["ALIVE"]),)
class Connection(Cursor):
    def cursor(self): return Cursor()
def connect(*_, **__):
    if os.environ["ALIVE"] == "": raise Error("no route to host")
    return Connection()
`
	dir := t.TempDir()
	write(t, filepath.Join(dir, "psycopg2.py"), stub)
	for _, tt := range []struct {
		alive, option string
		code          int
	}{
		{"1", "", 0},
		{"0", "", 1},
		{"", "", 1},
		{"1", "--lenient", 0},
		{"0", "--lenient", 1},
		{"", "--lenient", 0},
	} {
		arguments := []string{"-B", filepath.Join("airflow", "files", "alive.py"), "TriggererJob"}
		if tt.option != "" {
			arguments = append(arguments, tt.option)
		}
		command := exec.Command(python, arguments...)
		command.Env = []string{"PYTHONPATH=" + dir, "ALIVE=" + tt.alive}
		out, err := command.CombinedOutput()
		if code := command.ProcessState.ExitCode(); code != tt.code {
			t.Errorf("heartbeats %q %s: exit code %d, not %d (%v)\n%s", tt.alive, tt.option, code, tt.code, err, out)
		}
	}
}
