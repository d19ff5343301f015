package charts

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// How sure the metastore is of whom it talks to. PostgreSQL's driver needs to be told each of these, for by default it goes
// on without encryption when the other side has none.
func TestMetastoreTLS(t *testing.T) {
	tests := map[string]struct {
		tls  map[string]any
		url  string
		file bool // the authority's certificate is mounted
	}{
		"off":               {nil, "jdbc:postgresql://postgresql:5432/metastore?sslmode=disable", false},
		"encrypted":         {map[string]any{"mode": "require", "caSecret": "unused"}, "jdbc:postgresql://postgresql:5432/metastore?sslmode=require", false},
		"a known authority": {map[string]any{"mode": "verify-full"}, "jdbc:postgresql://postgresql:5432/metastore?sslmode=verify-full&amp;sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory", false},
		"our own authority": {map[string]any{"mode": "verify-full", "caSecret": "database-ca"}, "jdbc:postgresql://postgresql:5432/metastore?sslmode=verify-full&amp;sslrootcert=/etc/database-ca/ca.crt", true},
	}
	for name, tt := range tests {
		values := map[string]any{}
		for key, value := range tt.tls {
			values = set(values, "database.tls."+key, value)
		}
		all := objects(t, "hive-metastore", values)
		site, _, _ := unstructured.NestedString(find(t, all, "ConfigMap", "hive-metastore").Object, "data", "metastore-site.xml")
		if !strings.Contains(site, "<value>"+tt.url+"</value>") {
			t.Errorf("%s: the address is not %s in\n%s", name, tt.url, site)
		}
		pod := pods(t, "hive-metastore", values)["hive-metastore"].Spec
		for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
			mounted := slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == "/etc/database-ca" })
			if mounted != tt.file {
				t.Errorf("%s: %s has the authority's certificate: %t", name, c.Name, mounted)
			}
		}
		volume := slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Secret != nil && v.Secret.SecretName == tt.tls["caSecret"] })
		if volume != tt.file {
			t.Errorf("%s: the Secret is a volume: %t", name, volume)
		}
	}
}

// Each database of the list has its owner, whose password the operator reads from the Secret that the list names.
func TestClusterDatabases(t *testing.T) {
	entry := func(name string) map[string]any {
		return map[string]any{"name": name, "user": name + "_user", "existingSecret": "postgresql-" + strings.ReplaceAll(name, "_", "-")}
	}
	all := objects(t, "postgresql-cluster", set(nil, "databases", []any{entry("metastore"), entry("air_flow")}))
	cluster := find(t, all, "Cluster", "postgresql-cluster")
	roles, _, _ := unstructured.NestedSlice(cluster.Object, "spec", "managed", "roles")
	var got []string
	for _, role := range roles {
		role := role.(map[string]any)
		got = append(got, role["name"].(string)+" "+role["passwordSecret"].(map[string]any)["name"].(string))
	}
	if want := []string{"metastore_user postgresql-metastore", "air_flow_user postgresql-air-flow"}; !slices.Equal(got, want) {
		t.Errorf("the roles are %q, not %q", got, want)
	}
	for object, owner := range map[string]string{"postgresql-cluster-metastore": "metastore_user", "postgresql-cluster-air-flow": "air_flow_user"} {
		if got, _, _ := unstructured.NestedString(find(t, all, "Database", object).Object, "spec", "owner"); got != owner {
			t.Errorf("%s is owned by %s, not %s", object, got, owner)
		}
	}
	// Without it `helm uninstall` would have the operator delete the volumes.
	if cluster.GetAnnotations()["helm.sh/resource-policy"] != "keep" {
		t.Error("the cluster goes with the release, and its data with it")
	}
}
