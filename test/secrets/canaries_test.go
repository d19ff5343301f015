package secrets_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// nobodySaw looks for values in everything that was said, written, passed or
// stored, except in the Secrets that hold them.
func (w *world) nobodySaw(t *testing.T, namespace string, values ...string) {
	t.Helper()
	places := map[string]string{"what sparkwiz said": w.out.String(), "command lines and environments": strings.Join(w.ran, "\n")}
	err := filepath.WalkDir(w.home, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		places[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := w.client.CoreV1().Secrets(namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	records := 0
	for _, s := range secrets.Items {
		if s.Labels["owner"] == "helm" {
			places["release "+s.Name] = unpacked(t, s.Data["release"])
			records++
		}
	}
	for _, at := range [][]string{
		{"", "v1", "configmaps"},
		{"", "v1", "events"},
		{"", "v1", "pods"},
		{"apps", "v1", "deployments"},
		{"apps", "v1", "statefulsets"},
		{"batch", "v1", "jobs"},
		{"coordination.k8s.io", "v1", "leases"},
		{"bitnami.com", "v1alpha1", "sealedsecrets"},
		{"external-secrets.io", "v1", "externalsecrets"},
		{"external-secrets.io", "v1", "secretstores"},
	} {
		path := "/api/v1"
		if at[0] != "" {
			path = "/apis/" + at[0] + "/" + at[1]
		}
		data, err := w.client.CoreV1().RESTClient().Get().AbsPath(path + "/namespaces/" + namespace + "/" + at[2]).DoRaw(t.Context())
		if apierrors.IsNotFound(err) && strings.Contains(at[0], ".") {
			continue // Nobody serves this kind here.
		}
		if err != nil {
			t.Fatal(err)
		}
		places[at[2]] = string(data)
	}
	w.said(t, namespace, places)
	if records < 3 || len(w.ran) < 2 || !strings.Contains(w.out.String(), "secrets") {
		t.Errorf("the search would find nothing: %d releases, %d command lines", records, len(w.ran))
	}
	for place, text := range places {
		for _, v := range values {
			if v == "" {
				t.Fatal("an empty value is everywhere")
			}
			if strings.Contains(text, v) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(v))) {
				t.Errorf("a secret value is in %s", place)
			}
		}
	}
	t.Logf("searched %d places for %d values", len(places), len(values))
}

// said adds what every container of a namespace has written to its log, where
// containers run.
func (w *world) said(t *testing.T, namespace string, places map[string]string) {
	t.Helper()
	pods, err := w.client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pod := range pods.Items {
		for _, c := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
			if data, err := w.client.CoreV1().Pods(namespace).GetLogs(pod.Name, &corev1.PodLogOptions{Container: c.Name}).DoRaw(t.Context()); err == nil {
				places["log of "+pod.Name+"/"+c.Name] = string(data)
			}
		}
	}
}

// unpacked is a Helm release as text: base64 of gzip.
func unpacked(t *testing.T, data []byte) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(string(data))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	return string(text)
}
