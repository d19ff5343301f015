package secrets_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// definitions makes the upstream CRDs known: External Secrets' and Sealed
// Secrets', from the archives of their modules.
func (w *world) definitions() {
	w.t.Helper()
	eso := filepath.Join(from(w.t, "EXTERNAL_SECRETS"), "config", "crds", "bases")
	at := w.dynamic.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	for _, path := range []string{
		filepath.Join(eso, "external-secrets.io_externalsecrets.yaml"), filepath.Join(eso, "external-secrets.io_secretstores.yaml"),
		filepath.Join(eso, "external-secrets.io_clustersecretstores.yaml"),
		filepath.Join(from(w.t, "SEALED_SECRETS"), "helm", "sealed-secrets", "crds", "bitnami.com_sealedsecrets.yaml"),
	} {
		for _, o := range documents(w.t, path) {
			if _, err := at.Apply(context.Background(), o.GetName(), o, metav1.ApplyOptions{FieldManager: "test", Force: true}); err != nil {
				w.t.Fatalf("%s: %v", path, err)
			}
			w.until(o.GetName(), func() error {
				found, err := at.Get(context.Background(), o.GetName(), metav1.GetOptions{})
				if err != nil {
					return err
				}
				all, _, _ := unstructured.NestedSlice(found.Object, "status", "conditions")
				if !strings.Contains(fmt.Sprint(all), "type:Established") {
					return fmt.Errorf("conditions %v", all)
				}
				return nil
			})
		}
	}
}

func (w *world) namespace(name string) string {
	w.t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}}}
	if _, err := w.client.CoreV1().Namespaces().Create(context.Background(), ns, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = w.client.CoreV1().Namespaces().Delete(context.Background(), name, metav1.DeleteOptions{})
	})
	return name
}

// TestObjectsAreAccepted: the API server takes every provider's objects with
// the upstream CRDs, each field of them, and would not take others.
func TestObjectsAreAccepted(t *testing.T) {
	w := open(t)
	w.definitions()
	files, err := filepath.Glob("../../charts/testdata/secrets/*.yaml")
	if err != nil || len(files) < 13 {
		t.Fatalf("%d files of objects: %v", len(files), err)
	}
	strict := metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict}
	for _, file := range files {
		name := "accepted-" + strings.TrimSuffix(filepath.Base(file), ".yaml")
		namespace := w.namespace(name)
		for _, o := range documents(t, file) {
			o.SetNamespace(namespace)
			if strings.HasPrefix(o.GetAPIVersion(), "external-secrets.io") || o.GetKind() == "SealedSecret" {
				wrong := o.DeepCopy()
				if err := unstructured.SetNestedField(wrong.Object, "x", "spec", "noSuchField"); err != nil {
					t.Fatal(err)
				}
				if _, err := w.resource(wrong).Create(t.Context(), wrong, strict); err == nil {
					t.Errorf("%s: a field that %s does not have is accepted", name, o.GetKind())
				}
			}
			if _, err := w.resource(o).Create(t.Context(), o, strict); err != nil {
				t.Errorf("%s: %s %s: %v", name, o.GetKind(), o.GetName(), err)
				continue
			}
			t.Logf("%s: accepted %s %s", name, o.GetKind(), o.GetName())
		}
	}
}
