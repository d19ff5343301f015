package charts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// The sandbox's network enforces no policies, so they are judged here: every pair of pods, on every port that one of
// them listens on, against the flows that the platform needs. What is not listed must be closed.
func TestNetworkPolicies(t *testing.T) {
	everybody := map[string]labels.Set{
		"airflow client": {"sparkwiz.dev/airflow-client": "true"},
		"connect client": {"sparkwiz.dev/connect-client": "true"},
		"history client": {"sparkwiz.dev/history-client": "true"},
		"jupyter client": {"sparkwiz.dev/jupyter-client": "true"},
		"stranger":       {"app.kubernetes.io/name": "stranger"},
		"operator":       {"app.kubernetes.io/name": "cloudnative-pg", namespaceName: "cnpg-system"},
		"false operator": {"app.kubernetes.io/name": "other", namespaceName: "cnpg-system"},
		// The operator labels what it makes.
		"postgresql-cluster": {"cnpg.io/cluster": "postgresql-cluster", "cnpg.io/podRole": "instance"},
	}
	listens := map[string][]int32{"spark-35-executor": {7079}, "spark-41-executor": {7079}, "postgresql-cluster": {5432, 8000, 9187}}
	for name, pod := range pods(t, "", nil) {
		everybody[role(name)] = pod.Labels
		for _, port := range pod.Spec.Containers[0].Ports {
			listens[role(name)] = append(listens[role(name)], port.ContainerPort)
		}
	}
	type flow struct {
		from, to string
		port     int32
	}
	needed := map[flow]bool{
		{"history client", "spark-history", 18080}:     true,
		{"jupyter client", "jupyter", 8888}:            true,
		{"jupyter", "spark-41-connect", 15002}:         true,
		{"spark-history", "object-store", 7070}:        true,
		{"hive-metastore", "object-store", 7070}:       true,
		{"hive-metastore", "postgresql", 5432}:         true,
		{"object-store-buckets", "object-store", 7070}: true,
		{"postgresql-databases", "postgresql", 5432}:   true,
		{"airflow client", "airflow-api", 8080}:        true,
		{"airflow-worker", "airflow-api", 8080}:        true,
		{"airflow-worker", "spark-41-connect", 15002}:  true,
		{"airflow-worker", "object-store", 7070}:       true,
		{"airflow-api", "object-store", 7070}:          true,
		{"airflow-triggerer", "object-store", 7070}:    true,
		{"data-validation", "spark-41-connect", 15002}: true,
		{"trace-exporter", "object-store", 7070}:       true,

		{"postgresql-cluster", "postgresql-cluster", 5432}: true,
		{"postgresql-cluster", "postgresql-cluster", 8000}: true,
		{"operator", "postgresql-cluster", 5432}:           true,
		{"operator", "postgresql-cluster", 8000}:           true,
	}
	for _, process := range []string{"api", "scheduler", "dag-processor", "triggerer", "migrate"} {
		needed[flow{"airflow-" + process, "postgresql", 5432}] = true
	}
	for _, line := range []string{"spark-35", "spark-41"} {
		connect, executor := line+"-connect", line+"-executor"
		for _, f := range []flow{
			{"connect client", connect, 15002},
			{connect, executor, 7079},
			{executor, executor, 7079},
			{executor, connect, 7078},
			{executor, connect, 7079},
			{connect, "hive-metastore", 9083},
			{connect, "object-store", 7070},
			{executor, "object-store", 7070},
		} {
			needed[f] = true
		}
	}
	var policies []networkingv1.NetworkPolicy
	for _, object := range objects(t, "", nil) {
		if object.GetKind() == "NetworkPolicy" {
			policies = append(policies, as[networkingv1.NetworkPolicy](t, object.Object))
		}
	}
	for from, source := range everybody {
		for to, ports := range listens {
			for _, port := range ports {
				f := flow{from, to, port}
				if got := allowed(policies, source, everybody[to], port); got != needed[f] {
					t.Errorf("%s to %s:%d is allowed: %t, should be %t", from, to, port, got, needed[f])
				}
				delete(needed, f)
			}
		}
	}
	for f := range needed {
		t.Errorf("%v was not looked at", f)
	}
}

func TestMetricsAreOpenToWhomIsNamed(t *testing.T) {
	values := map[string]any{"networkPolicy": map[string]any{"prometheusPeers": []any{
		map[string]any{"podSelector": map[string]any{"matchLabels": map[string]any{"app": "prometheus"}}},
	}}}
	policy := as[networkingv1.NetworkPolicy](t, find(t, objects(t, "spark-4.1", values), "NetworkPolicy", "spark-41-connect").Object)
	connect := labels.Set(pods(t, "spark-4.1", nil)["spark-41-connect"].Labels)
	for app, want := range map[string]bool{"prometheus": true, "other": false} {
		if got := judge([]networkingv1.NetworkPolicy{policy}, peer(labels.Set{"app": app}), peer(connect), 4040).Ingress.IsAllowed(); got != want {
			t.Errorf("%s reaches the metrics: %t", app, got)
		}
	}
}

// The metastore reaches the database that it is told of, and no other.
func TestMetastoreReachesItsDatabase(t *testing.T) {
	const everywhere = "198.51.100.7"
	replicated := []any{map[string]any{"podSelector": map[string]any{"matchLabels": map[string]any{"cnpg.io/cluster": "postgresql-cluster"}}}}
	outside := []any{map[string]any{"ipBlock": map[string]any{"cidr": "198.51.100.0/24"}}}
	tests := map[string]struct {
		values map[string]any
		open   []string // what can be reached
	}{
		"in the cluster": {nil, []string{"app.kubernetes.io/name=postgresql:5432"}},
		"replicated":     {set(nil, "networkPolicy.databasePeers", replicated), []string{"cnpg.io/cluster=postgresql-cluster:5432"}},
		"outside": {
			set(set(nil, "networkPolicy.databasePeers", outside), "database.port", 6432),
			[]string{everywhere + ":6432"},
		},
	}
	for name, tt := range tests {
		policy := as[networkingv1.NetworkPolicy](t, find(t, objects(t, "hive-metastore", tt.values), "NetworkPolicy", "hive-metastore").Object)
		metastore := peer(pods(t, "hive-metastore", nil)["hive-metastore"].Labels)
		var open []string
		for _, port := range []int32{5432, 6432} {
			for _, where := range []string{"app.kubernetes.io/name=postgresql", "cnpg.io/cluster=postgresql-cluster", everywhere} {
				to := &matcher.TrafficPeer{IP: where}
				if key, value, isPod := strings.Cut(where, "="); isPod {
					to = peer(labels.Set{key: value})
				}
				if judge([]networkingv1.NetworkPolicy{policy}, metastore, to, port).Egress.IsAllowed() {
					open = append(open, fmt.Sprintf("%s:%d", where, port))
				}
			}
		}
		if !slices.Equal(open, tt.open) {
			t.Errorf("%s: %q can be reached, not %q", name, open, tt.open)
		}
	}
}

// role is the name of a pod's owner without the hash that Jobs carry.
func role(name string) string {
	for _, job := range []string{"object-store-buckets", "postgresql-databases", "airflow-migrate"} {
		if len(name) > len(job) && name[:len(job)] == job {
			return job
		}
	}
	return name
}

// allowed asks cyclonus, whose matcher knows the rules of Kubernetes, whether a pod reaches another.
func allowed(policies []networkingv1.NetworkPolicy, from, to labels.Set, port int32) bool {
	return judge(policies, peer(from), peer(to), port).IsAllowed()
}

func judge(policies []networkingv1.NetworkPolicy, from, to *matcher.TrafficPeer, port int32) *matcher.AllowedResult {
	var all []*networkingv1.NetworkPolicy
	for _, policy := range policies {
		policy.Namespace = platformNamespace
		all = append(all, &policy)
	}
	traffic := matcher.Traffic{Source: from, Destination: to, ResolvedPort: int(port), Protocol: corev1.ProtocolTCP}
	return matcher.BuildNetworkPolicies(false, all).IsTrafficAllowed(&traffic)
}

// peer is a pod as cyclonus wants it, in the platform's namespace unless its labels say otherwise.
func peer(pod labels.Set) *matcher.TrafficPeer {
	namespace := cmp.Or(pod[namespaceName], platformNamespace)
	return &matcher.TrafficPeer{IP: "10.0.0.1", Internal: &matcher.InternalPeer{
		PodLabels: pod, Namespace: namespace, NamespaceLabels: map[string]string{namespaceName: namespace},
	}}
}

const platformNamespace = "spark"

// namespaceName is a label of every namespace. Here pods of others than the platform's have it, to say where they are.
const namespaceName = "kubernetes.io/metadata.name"
