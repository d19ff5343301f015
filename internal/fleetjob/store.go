package fleetjob

import (
	"fmt"
	"net/url"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// store is where the platform's bucket is, in the words of the charts: the
// values store, s3, gcs and azure that a release of the platform has.
type store map[string]any

// storeOf takes them from the first release that uses the bucket.
func storeOf(p plan.Plan) (store, error) {
	for _, r := range p.Releases {
		if s, ok := r.Values["store"].(map[string]any); ok && s["type"] != nil {
			return store(r.Values), nil
		}
	}
	return nil, fault.New(fault.Usage, "this platform has nothing that uses a bucket", "sparkwiz plan")
}

func (s store) text(section, key string) string {
	values, _ := s[section].(map[string]any)
	text := values[key]
	if text == nil {
		return ""
	}
	return fmt.Sprint(text)
}

// schemes are those of the addresses that a kind of store has.
func (s store) schemes() []string {
	switch s.text("store", "type") {
	case "gcs":
		return []string{"gs"}
	case "azure":
		return []string{"abfss", "abfs"}
	}
	return []string{"s3a", "s3"}
}

// environment leads internal/bucket to the store; keys by reference.
func (s store) environment() []corev1.EnvVar {
	secret := s.text("store", "existingSecret")
	from := func(name, key string) corev1.EnvVar {
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: secret}, Key: key,
		}}}
	}
	switch s.text("store", "type") {
	case "gcs":
		if secret == "" {
			return nil // Google Cloud knows the pod by its ServiceAccount.
		}
		return []corev1.EnvVar{{Name: "GOOGLE_APPLICATION_CREDENTIALS", Value: "/etc/object-store/key.json"}}
	case "azure":
		return []corev1.EnvVar{from("AZURE_STORAGE_KEY", s.text("azure", "accountKeyKey"))}
	}
	env := []corev1.EnvVar{
		from("AWS_ACCESS_KEY_ID", s.text("s3", "accessKeyKey")), from("AWS_SECRET_ACCESS_KEY", s.text("s3", "secretKeyKey")),
		{Name: "AWS_REGION", Value: s.text("s3", "region")},
	}
	if endpoint := s.endpoint(); endpoint != "" {
		env = append(env, corev1.EnvVar{Name: "AWS_ENDPOINT_URL_S3", Value: endpoint})
	}
	return env
}

// query says what an address of S3 does not: whether the bucket is in the path
// or in the name of the host.
func (s store) query() string {
	if s.text("store", "type") != "s3" {
		return ""
	}
	return "?pathStyle=" + s.text("s3", "pathStyle")
}

// endpoint is the address of the S3 API with its scheme; nothing for AWS.
func (s store) endpoint() string {
	endpoint := s.text("s3", "endpoint")
	if u, err := url.Parse(endpoint); endpoint == "" || err == nil && u.Host != "" {
		return endpoint
	}
	if s.text("s3", "sslEnabled") == "true" {
		return "https://" + endpoint
	}
	return "http://" + endpoint
}

// volume is the key file of Google Cloud, when there is one.
func (s store) volume() ([]corev1.VolumeMount, []corev1.Volume) {
	secret := s.text("store", "existingSecret")
	if s.text("store", "type") != "gcs" || secret == "" {
		return nil, nil
	}
	return []corev1.VolumeMount{{Name: "object-store", MountPath: "/etc/object-store", ReadOnly: true}},
		[]corev1.Volume{{Name: "object-store", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
			SecretName: secret, DefaultMode: new(int32(0o440)), Items: []corev1.KeyToPath{{Key: s.text("gcs", "keyFileKey"), Path: "key.json"}},
		}}}}
}

// egress is the way to the store: to the pods of the platform's own, to
// anywhere on its port when it was brought along.
func (s store) egress(inCluster bool) []networkingv1.NetworkPolicyEgressRule {
	to := []networkingv1.NetworkPolicyPeer{
		{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0"}}, {IPBlock: &networkingv1.IPBlock{CIDR: "::/0"}}, {NamespaceSelector: &metav1.LabelSelector{}},
	}
	if inCluster {
		to = []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": "object-store"}}}}
	}
	rules := []networkingv1.NetworkPolicyEgressRule{{To: to, Ports: []networkingv1.NetworkPolicyPort{port(corev1.ProtocolTCP, s.port())}}}
	if s.text("store", "type") == "gcs" && s.text("store", "existingSecret") == "" {
		// Google's metadata server, which tells a pod its identity, at its own address or that of its proxy.
		rules = append(rules, networkingv1.NetworkPolicyEgressRule{
			To:    []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "169.254.169.252/32"}}, {IPBlock: &networkingv1.IPBlock{CIDR: "169.254.169.254/32"}}},
			Ports: []networkingv1.NetworkPolicyPort{port(corev1.ProtocolTCP, 80), port(corev1.ProtocolTCP, 988)},
		})
	}
	return rules
}

func (s store) port() int32 {
	if s.text("store", "type") != "s3" {
		return 443
	}
	u, err := url.Parse(s.endpoint())
	if err != nil || u.Host == "" {
		return 443
	}
	if n, err := strconv.ParseInt(u.Port(), 10, 32); err == nil {
		return int32(n)
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}

func port(protocol corev1.Protocol, number int32) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: new(intstr.FromInt32(number))}
}
