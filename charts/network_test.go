package charts

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
				if got := allowed(t, policies, source, everybody[to], port); got != needed[f] {
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
		if got := admits(t, []networkingv1.NetworkPolicy{policy}, networkingv1.PolicyTypeIngress, connect, labels.Set{"app": app}, 4040); got != want {
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
		var open []string
		for _, rule := range policy.Spec.Egress {
			for _, port := range []int32{5432, 6432} {
				for _, peer := range []string{"app.kubernetes.io/name=postgresql", "cnpg.io/cluster=postgresql-cluster", everywhere} {
					key, value, isPod := strings.Cut(peer, "=")
					if onPort(rule.Ports, port) && (isPod && amongPeers(t, rule.To, labels.Set{key: value}) || !isPod && amongAddresses(t, rule.To, peer)) {
						open = append(open, fmt.Sprintf("%s:%d", peer, port))
					}
				}
			}
		}
		if !slices.Equal(open, tt.open) {
			t.Errorf("%s: %q can be reached, not %q", name, open, tt.open)
		}
	}
}

func amongAddresses(t *testing.T, peers []networkingv1.NetworkPolicyPeer, address string) bool {
	t.Helper()
	return slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
		if peer.IPBlock == nil {
			return false
		}
		block, err := netip.ParsePrefix(peer.IPBlock.CIDR)
		if err != nil {
			t.Fatal(err)
		}
		return block.Contains(netip.MustParseAddr(address))
	})
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

func allowed(t *testing.T, policies []networkingv1.NetworkPolicy, from, to labels.Set, port int32) bool {
	t.Helper()
	return admits(t, policies, networkingv1.PolicyTypeEgress, from, to, port) &&
		admits(t, policies, networkingv1.PolicyTypeIngress, to, from, port)
}

// admits says whether the policies of one pod let it talk with a peer in the given direction. A pod that no policy
// selects may talk with anyone.
func admits(t *testing.T, policies []networkingv1.NetworkPolicy, direction networkingv1.PolicyType, pod, peer labels.Set, port int32) bool {
	t.Helper()
	selected := false
	for _, policy := range policies {
		if !matches(t, &policy.Spec.PodSelector, pod) {
			continue
		}
		selected = true
		if direction == networkingv1.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				if onPort(rule.Ports, port) && amongPeers(t, rule.From, peer) {
					return true
				}
			}
			continue
		}
		for _, rule := range policy.Spec.Egress {
			if onPort(rule.Ports, port) && amongPeers(t, rule.To, peer) {
				return true
			}
		}
	}
	return !selected
}

// namespaceName is a label of every namespace. Here pods of others than the platform's have it, to say where they are.
const namespaceName = "kubernetes.io/metadata.name"

func onPort(ports []networkingv1.NetworkPolicyPort, port int32) bool {
	for _, p := range ports {
		if p.Port.IntVal == port && *p.Protocol == corev1.ProtocolTCP {
			return true
		}
	}
	return len(ports) == 0
}

func amongPeers(t *testing.T, peers []networkingv1.NetworkPolicyPeer, pod labels.Set) bool {
	t.Helper()
	for _, peer := range peers {
		namespace := labels.Set{namespaceName: pod[namespaceName]}
		if peer.NamespaceSelector == nil != (pod[namespaceName] == "") || peer.NamespaceSelector != nil && !matches(t, peer.NamespaceSelector, namespace) {
			continue
		}
		if peer.PodSelector != nil && matches(t, peer.PodSelector, pod) {
			return true
		}
	}
	return len(peers) == 0
}

func matches(t *testing.T, selector *metav1.LabelSelector, pod labels.Set) bool {
	t.Helper()
	s, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return s.Matches(pod)
}
