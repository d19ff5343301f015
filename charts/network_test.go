package charts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

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

// judge asks cyclonus, whose matcher knows the rules of Kubernetes. The whole platform is judged in internal/network_test.go.
func judge(policies []networkingv1.NetworkPolicy, from, to *matcher.TrafficPeer, port int32) *matcher.AllowedResult {
	var all []*networkingv1.NetworkPolicy
	for _, policy := range policies {
		policy.Namespace = platformNamespace
		all = append(all, &policy)
	}
	traffic := matcher.Traffic{Source: from, Destination: to, ResolvedPort: int(port), Protocol: corev1.ProtocolTCP}
	return matcher.BuildNetworkPolicies(false, all).IsTrafficAllowed(&traffic)
}

// peer is a pod as cyclonus wants it, in the platform's namespace.
func peer(pod labels.Set) *matcher.TrafficPeer {
	return &matcher.TrafficPeer{IP: "10.0.0.1", Internal: &matcher.InternalPeer{
		PodLabels: pod, Namespace: platformNamespace, NamespaceLabels: map[string]string{"kubernetes.io/metadata.name": platformNamespace},
	}}
}

const platformNamespace = "spark"
