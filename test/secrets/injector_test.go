package secrets_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// injector serves the API server a webhook that does with our annotations what
// Vault's injector (vault-k8s 1.7.6) does: the same containers, volumes, rights
// and limits, and the same configuration of the agent. That injector's module
// is served nowhere that this project builds from. One thing is another: its
// containers write the configuration with a shell, which this image of the
// agent lacks, so here it comes from a volume.
func (w *world) injector(address, image, namespace string) {
	w.t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		w.t.Fatal(err)
	}
	certificate, authority := w.certificate(address)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil {
			http.Error(out, "not an AdmissionReview", http.StatusBadRequest)
			return
		}
		review.Response = injected(review.Request, image)
		_ = json.NewEncoder(out).Encode(review)
	}))
	_ = server.Listener.Close()
	server.Listener, server.TLS = listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	w.t.Cleanup(server.Close)

	url, fail, none := "https://"+listener.Addr().String()+"/mutate", admissionregistrationv1.Fail, admissionregistrationv1.SideEffectClassNone
	hooks := w.client.AdmissionregistrationV1().MutatingWebhookConfigurations()
	hook := &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: namespace + "-injector"},
		Webhooks: []admissionregistrationv1.MutatingWebhook{{
			Name: "vault.hashicorp.com", FailurePolicy: &fail, SideEffects: &none, AdmissionReviewVersions: []string{"v1"},
			ClientConfig:      admissionregistrationv1.WebhookClientConfig{URL: &url, CABundle: authority},
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
			Rules: []admissionregistrationv1.RuleWithOperations{{
				Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
				Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
			}},
		}},
	}
	if _, err := hooks.Create(w.t.Context(), hook, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = hooks.Delete(context.Background(), hook.Name, metav1.DeleteOptions{}) })
}

// certificate is one for the address, and the authority that signed it: itself.
func (w *world) certificate(address string) (tls.Certificate, []byte) {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(address)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		w.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

const annotation = "vault.hashicorp.com/"

// injected answers for one pod.
func injected(r *admissionv1.AdmissionRequest, image string) *admissionv1.AdmissionResponse {
	refuse := func(why string) *admissionv1.AdmissionResponse {
		return &admissionv1.AdmissionResponse{UID: r.UID, Result: &metav1.Status{Message: why}}
	}
	var pod corev1.Pod
	if err := json.Unmarshal(r.Object.Raw, &pod); err != nil {
		return refuse(err.Error())
	}
	if pod.Annotations[annotation+"agent-inject"] != "true" {
		return &admissionv1.AdmissionResponse{UID: r.UID, Allowed: true}
	}
	var account corev1.VolumeMount
	for _, m := range pod.Spec.Containers[0].VolumeMounts {
		if strings.Contains(m.MountPath, "serviceaccount") {
			account = m
		}
	}
	if account.Name == "" {
		return refuse("no service account token volume name, mount path or token path found")
	}
	memory := corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}}
	secrets := corev1.VolumeMount{Name: "vault-secrets", MountPath: "/vault/secrets"}
	volumes := slices.Concat(pod.Spec.Volumes, []corev1.Volume{
		{Name: "home-init", VolumeSource: memory},
		{Name: "home-sidecar", VolumeSource: memory},
		{Name: secrets.Name, VolumeSource: memory},
		{Name: "vault-tls-secrets", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: pod.Annotations[annotation+"tls-secret"]}}},
		{Name: "vault-config", VolumeSource: corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{
			{Path: "init.json", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.annotations['test/init']"}},
			{Path: "sidecar.json", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.annotations['test/sidecar']"}},
		}}}},
	})

	agent := func(name, home, config string) corev1.Container {
		yes, no, user, group := true, false, int64(100), int64(1000)
		return corev1.Container{
			Name: name, Image: image, ImagePullPolicy: corev1.PullIfNotPresent,
			Args: []string{"agent", "-config=/vault/configs/" + config}, Env: []corev1.EnvVar{{Name: "VAULT_LOG_LEVEL", Value: "info"}},
			Resources: limits(pod.Annotations),
			SecurityContext: &corev1.SecurityContext{
				RunAsUser: &user, RunAsGroup: &group, RunAsNonRoot: &yes, ReadOnlyRootFilesystem: &yes, AllowPrivilegeEscalation: &no,
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
			VolumeMounts: []corev1.VolumeMount{
				{Name: account.Name, MountPath: account.MountPath, ReadOnly: true},
				{Name: home, MountPath: "/home/vault"},
				secrets,
				{Name: "vault-tls-secrets", MountPath: "/vault/tls", ReadOnly: true},
				{Name: "vault-config", MountPath: "/vault/configs", ReadOnly: true},
			},
		}
	}
	for i := range pod.Spec.Containers {
		pod.Spec.Containers[i].VolumeMounts = append(pod.Spec.Containers[i].VolumeMounts, secrets)
	}
	pod.Annotations["test/init"] = configuration(pod.Annotations, account.MountPath, true)
	pod.Annotations["test/sidecar"] = configuration(pod.Annotations, account.MountPath, false)
	patch, err := json.Marshal([]map[string]any{
		{"op": "add", "path": "/metadata/annotations", "value": pod.Annotations},
		{"op": "add", "path": "/spec/volumes", "value": volumes},
		{"op": "add", "path": "/spec/initContainers", "value": append(pod.Spec.InitContainers, agent("vault-agent-init", "home-init", "init.json"))},
		{"op": "add", "path": "/spec/containers", "value": append(pod.Spec.Containers, agent("vault-agent", "home-sidecar", "sidecar.json"))},
	})
	if err != nil {
		return refuse(err.Error())
	}
	kind := admissionv1.PatchTypeJSONPatch
	return &admissionv1.AdmissionResponse{UID: r.UID, Allowed: true, Patch: patch, PatchType: &kind}
}

// limits are the agent's; an annotation that is there and empty means none.
func limits(annotations map[string]string) corev1.ResourceRequirements {
	list := func(part string, defaults map[corev1.ResourceName]string) corev1.ResourceList {
		all := corev1.ResourceList{}
		for name, value := range defaults {
			if own, ok := annotations[annotation+"agent-"+part+"-"+map[corev1.ResourceName]string{corev1.ResourceCPU: "cpu", corev1.ResourceMemory: "mem"}[name]]; ok {
				value = own
			}
			if quantity, err := resource.ParseQuantity(value); err == nil {
				all[name] = quantity
			}
		}
		return all
	}
	return corev1.ResourceRequirements{
		Limits:   list("limits", map[corev1.ResourceName]string{corev1.ResourceCPU: "500m", corev1.ResourceMemory: "128Mi"}),
		Requests: list("requests", map[corev1.ResourceName]string{corev1.ResourceCPU: "250m", corev1.ResourceMemory: "64Mi"}),
	}
}

// configuration is what the injector writes for the agent.
func configuration(annotations map[string]string, account string, first bool) string {
	var templates []map[string]any
	for name := range annotations {
		if file, ok := strings.CutPrefix(name, annotation+"agent-inject-secret-"); ok {
			templates = append(templates, map[string]any{
				"destination": "/vault/secrets/" + file, "contents": annotations[annotation+"agent-inject-template-"+file],
				"left_delimiter": "{{", "right_delimiter": "}}",
			})
		}
	}
	data, _ := json.Marshal(map[string]any{
		"auto_auth": map[string]any{
			"method": map[string]any{
				"type": "kubernetes", "mount_path": annotations[annotation+"auth-path"],
				"config": map[string]any{"role": annotations[annotation+"role"], "token_path": account + "/token"},
			},
			"sink": []any{map[string]any{"type": "file", "config": map[string]any{"path": "/home/vault/.vault-token"}}},
		},
		"exit_after_auth": first, "pid_file": "/home/vault/.pid", "template": templates,
		"vault":           map[string]any{"address": annotations[annotation+"service"], "ca_cert": annotations[annotation+"ca-cert"]},
		"template_config": map[string]any{"exit_on_retry_failure": true},
	})
	return string(data)
}
