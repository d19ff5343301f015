package internal_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/component"
)

// network holds the NetworkPolicies of every variant of answers against
// component.Flows: each pair of pods, and each pod with the world outside, on
// every port that anybody listens on or any policy names. A flow that is
// listed gets through; all others do not. The judge is cyclonus, whose matcher
// knows the rules of Kubernetes.
func networks(t *testing.T, all []platform) {
	t.Helper()
	judged := map[string]bool{}
	for _, p := range all {
		n, policies := networkOf(t, p), p.policies(t)
		// Most answers change nothing of who talks with whom.
		if same := n.fingerprint(t, policies); !judged[same] {
			judged[same] = true
			for _, wrong := range n.wrong(policies) {
				t.Errorf("%s: %s", p.Name, wrong)
			}
		}
	}
	t.Logf("%d platforms have %d networks", len(all), len(judged))
}

// holes: a test that finds nothing is worth something only if it would find
// something.
func holes(t *testing.T, p platform) {
	t.Helper()
	n := networkOf(t, p)
	tests := map[string]struct {
		policy string
		dig    func(*networkingv1.NetworkPolicy)
		want   string
	}{
		"open to everybody": {
			"postgresql",
			func(policy *networkingv1.NetworkPolicy) { policy.Spec.Ingress[0].From = nil },
			"a pod of another namespace gets through to postgresql:5432, which no flow needs",
		},
		"out to everywhere": {
			"postgresql",
			func(policy *networkingv1.NetworkPolicy) {
				policy.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{}}
			},
			"postgresql gets through to an address outside:22, which no flow needs",
		},
		"nothing denied by default": {
			"default-deny",
			func(policy *networkingv1.NetworkPolicy) {
				policy.Spec.PodSelector.MatchLabels = map[string]string{"no": "pod"}
			},
			"somebody in the namespace gets through to an address outside:443, which no flow needs",
		},
		"shut": {
			"postgresql",
			func(policy *networkingv1.NetworkPolicy) { policy.Spec.Ingress = nil },
			"hive-metastore does not get through to postgresql:5432: keeps which tables there are",
		},
	}
	for name, tt := range tests {
		policies := p.policies(t)
		i := slices.IndexFunc(policies, func(policy *networkingv1.NetworkPolicy) bool { return policy.Name == tt.policy })
		tt.dig(policies[i])
		if got := n.wrong(policies); !slices.Contains(got, tt.want) {
			t.Errorf("%s: %q is not among what was found: %q", name, tt.want, got)
		}
	}
}

func (p platform) policies(t *testing.T) []*networkingv1.NetworkPolicy {
	t.Helper()
	var all []*networkingv1.NetworkPolicy
	for _, object := range p.objects {
		if object.GetKind() == "NetworkPolicy" {
			policy := as[networkingv1.NetworkPolicy](t, object.Object)
			policy.Namespace = p.plan.Namespace
			all = append(all, &policy)
		}
	}
	return all
}

// network is who could talk with whom.
type network struct {
	peers map[string]*matcher.TrafficPeer
	ports []int             // all that are worth trying
	udp   map[int]bool      // those of them where UDP is, too
	flows map[string]string // why, by "from > to:port"; UDP is named
	// guests are pods of others in the namespace, which nothing there restrains.
	guests bool
}

// Places in the world outside. What is open to one party is open to all that
// look the same: an address is an address.
const (
	address     = "an address outside"
	otherPods   = "a pod of another namespace"
	neighbour   = "somebody in the namespace"
	metadataAPI = "the metadata server"
)

func networkOf(t *testing.T, p platform) network {
	t.Helper()
	n := network{peers: map[string]*matcher.TrafficPeer{}, ports: []int{22, 53, 80, 443, 6443, 8080}, udp: map[int]bool{53: true}, flows: map[string]string{}, guests: !p.Spec.Network.DefaultDeny}
	home := p.plan.Namespace
	for name, pod := range p.pods {
		n.peers[name] = inside(home, pod.Labels)
		for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			for _, port := range c.Ports {
				n.ports = append(n.ports, int(port.ContainerPort))
				if port.Protocol == corev1.ProtocolUDP {
					n.udp[int(port.ContainerPort)] = true
				}
			}
		}
	}
	for _, object := range p.objects {
		// The operator makes and labels the pods of its clusters.
		if object.GetKind() == "Cluster" {
			n.peers[object.GetName()] = inside(home, map[string]string{"cnpg.io/cluster": object.GetName(), "cnpg.io/podRole": "instance"})
		}
	}
	n.peers[neighbour] = inside(home, map[string]string{"app.kubernetes.io/name": "mine"})
	n.peers[otherPods] = inside("elsewhere", map[string]string{"app.kubernetes.io/name": "theirs"})
	n.peers[component.ClusterManager] = inside("cnpg-system", map[string]string{"app.kubernetes.io/name": "cloudnative-pg"})
	n.peers[component.Collector] = inside("tracing", map[string]string{"app.kubernetes.io/name": "opentelemetry-collector"})
	n.peers[component.Prometheus] = inside("monitoring", map[string]string{"app.kubernetes.io/name": "prometheus"})
	n.peers[address] = &matcher.TrafficPeer{IP: "198.51.100.7"}
	n.peers[metadataAPI] = &matcher.TrafficPeer{IP: "169.254.169.254"}
	for _, policy := range p.policies(t) {
		n.named(home, policy)
	}
	slices.Sort(n.ports)
	n.ports = slices.Compact(n.ports)
	for _, f := range component.Flows(p.Spec) {
		n.expect(t, f)
	}
	return n
}

func inside(namespace string, labels map[string]string) *matcher.TrafficPeer {
	return &matcher.TrafficPeer{IP: "10.0.0.1", Internal: &matcher.InternalPeer{
		PodLabels: labels, Namespace: namespace, NamespaceLabels: map[string]string{"kubernetes.io/metadata.name": namespace},
	}}
}

// named adds the ports that a policy names, and for each label of clients that
// it lets in somebody who has it.
func (n *network) named(home string, policy *networkingv1.NetworkPolicy) {
	var ports []networkingv1.NetworkPolicyPort
	for _, rule := range policy.Spec.Egress {
		ports = append(ports, rule.Ports...)
	}
	for _, rule := range policy.Spec.Ingress {
		ports = append(ports, rule.Ports...)
		for _, from := range rule.From {
			if from.PodSelector == nil {
				continue
			}
			for label := range from.PodSelector.MatchLabels {
				of, isClient := strings.CutPrefix(strings.TrimSuffix(label, "-client"), "sparkwiz.dev/")
				if isClient {
					n.peers[component.Client(of)] = inside(home, map[string]string{label: "true"})
				}
			}
		}
	}
	for _, port := range ports {
		n.ports = append(n.ports, port.Port.IntValue())
		if port.Protocol != nil && *port.Protocol == corev1.ProtocolUDP {
			n.udp[port.Port.IntValue()] = true
		}
	}
}

// expect notes a flow. A party at an address that nobody here chooses may be
// any address, and any pod of another namespace.
func (n *network) expect(t *testing.T, f component.Flow) {
	t.Helper()
	to := []string{f.To}
	switch f.To {
	case component.Metadata:
		to = []string{metadataAPI}
	case component.DNS, component.APIServer, component.OutsideStore, component.OutsideData, component.OutsideTraces, component.VaultServer:
		to = []string{address, otherPods, metadataAPI, component.ClusterManager, component.Collector, component.Prometheus}
	}
	for _, name := range append(to, f.From) {
		if n.peers[name] == nil {
			t.Errorf("the flow from %s to %s: there is no %s", f.From, f.To, name)
		}
	}
	for _, name := range to {
		for _, port := range f.Ports {
			if !f.UDP {
				n.flows[conversation(f.From, name, port, corev1.ProtocolTCP)] = f.Why
			}
			if f.UDP || port == 53 {
				n.flows[conversation(f.From, name, port, corev1.ProtocolUDP)] = f.Why
			}
		}
	}
}

func conversation(from, to string, port int, protocol corev1.Protocol) string {
	return from + " > " + door(to, port, protocol)
}

func door(of string, port int, protocol corev1.Protocol) string {
	if protocol == corev1.ProtocolUDP {
		return fmt.Sprintf("%s:%d UDP", of, port)
	}
	return fmt.Sprintf("%s:%d", of, port)
}

// wrong is all that gets through and should not, and what should and does not.
func (n network) wrong(policies []*networkingv1.NetworkPolicy) []string {
	judge := matcher.BuildNetworkPolicies(true, spelledOut(policies))
	var wrong []string
	names := slices.Sorted(maps.Keys(n.peers))
	for _, from := range names {
		for _, to := range names {
			if n.nobodys(from, to) {
				continue
			}
			for _, port := range n.ports {
				for _, protocol := range n.protocols(port) {
					why, needed := n.flows[conversation(from, to, port, protocol)]
					traffic := matcher.Traffic{Source: n.peers[from], Destination: n.peers[to], ResolvedPort: port, Protocol: protocol}
					switch open := judge.IsTrafficAllowed(&traffic).IsAllowed(); {
					case open && !needed:
						wrong = append(wrong, fmt.Sprintf("%s gets through to %s, which no flow needs", from, door(to, port, protocol)))
					case needed && !open:
						wrong = append(wrong, fmt.Sprintf("%s does not get through to %s: %s", from, door(to, port, protocol), why))
					}
				}
			}
		}
	}
	return wrong
}

// spelledOut says NotIn in two policies, as policies add to each other:
// Kubernetes means pods without the label too, cyclonus does not.
func spelledOut(policies []*networkingv1.NetworkPolicy) []*networkingv1.NetworkPolicy {
	all := slices.Clone(policies)
	for _, policy := range policies {
		for i, expression := range policy.Spec.PodSelector.MatchExpressions {
			if expression.Operator == metav1.LabelSelectorOpNotIn {
				other := policy.DeepCopy()
				other.Name += "-without"
				other.Spec.PodSelector.MatchExpressions[i] = metav1.LabelSelectorRequirement{Key: expression.Key, Operator: metav1.LabelSelectorOpDoesNotExist}
				all = append(all, other)
			}
		}
	}
	return all
}

// fingerprint is all that a judgement depends on.
func (n network) fingerprint(t *testing.T, policies []*networkingv1.NetworkPolicy) string {
	t.Helper()
	data, err := json.Marshal([]any{n.peers, n.ports, n.udp, n.flows, n.guests, policies})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (n network) protocols(port int) []corev1.Protocol {
	if n.udp[port] {
		return []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP}
	}
	return []corev1.Protocol{corev1.ProtocolTCP}
}

// nobodys reports whether a conversation is none of the platform's business:
// outside it, or with pods that are not ours where the namespace as a whole
// denies nothing.
func (n network) nobodys(from, to string) bool {
	if n.guests {
		return n.foreign(to) && (n.foreign(from) || !n.elsewhere(to))
	}
	return n.elsewhere(from) && n.elsewhere(to)
}

func (n network) foreign(name string) bool {
	return n.elsewhere(name) || name == neighbour || strings.HasSuffix(name, " client")
}

func (n network) elsewhere(name string) bool {
	return n.peers[name].Internal == nil || n.peers[name].Internal.Namespace != n.peers[neighbour].Internal.Namespace
}
