package deploy

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// databases are the two kinds of CloudNativePG, as far as an API server has to
// know them to keep them.
func databases(t *testing.T, c *kube.Cluster) dynamic.Interface {
	t.Helper()
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	crds := client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	for kind, plural := range map[string]string{"Cluster": "clusters", "Database": "databases"} {
		var crd unstructured.Unstructured
		text := fmt.Sprintf(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %[1]s.postgresql.cnpg.io}
spec:
  group: postgresql.cnpg.io
  scope: Namespaced
  names: {kind: %[2]s, plural: %[1]s, singular: %[3]s}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`, plural, kind, strings.ToLower(kind))
		if err := yaml.Unmarshal([]byte(text), &crd.Object); err != nil {
			t.Fatal(err)
		}
		if _, err := crds.Create(t.Context(), &crd, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = crds.Delete(context.Background(), crd.GetName(), metav1.DeleteOptions{}) })
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		_, err := client.Resource(clusters()).Namespace("default").List(t.Context(), metav1.ListOptions{})
		if err == nil {
			return client
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func clusters() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: cnpg, Version: "v1", Resource: "clusters"}
}

// operate does what the operator does, as far as the engine can see it: a
// claim that belongs to the cluster, and a status.
func operate(ctx context.Context, t *testing.T, c *kube.Cluster, client dynamic.Interface, p plan.Plan) {
	t.Helper()
	made := clusters()
	made.Resource = "databases"
	for ; ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if all, err := client.Resource(made).Namespace(p.Namespace).List(ctx, metav1.ListOptions{}); err == nil {
			for _, d := range unseen(all.Items) {
				says(ctx, t, client, made, d, map[string]any{"applied": true, "observedGeneration": d.GetGeneration()})
			}
		}
		if all, err := client.Resource(clusters()).Namespace(p.Namespace).List(ctx, metav1.ListOptions{}); err == nil {
			for _, o := range unseen(all.Items) {
				fill(ctx, t, c, o)
				says(ctx, t, client, clusters(), o, map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": "True"}}})
			}
		}
	}
}

// unseen are the objects that nobody has looked at.
func unseen(all []unstructured.Unstructured) []unstructured.Unstructured {
	return slices.DeleteFunc(all, func(o unstructured.Unstructured) bool { return o.Object["status"] != nil })
}

// fill makes a server of a cluster: a claim and a pod.
func fill(ctx context.Context, t *testing.T, c *kube.Cluster, o unstructured.Unstructured) {
	t.Helper()
	owner := metav1.OwnerReference{APIVersion: "postgresql.cnpg.io/v1", Kind: "Cluster", Name: o.GetName(), UID: o.GetUID()}
	meta := metav1.ObjectMeta{
		Name: o.GetName() + "-1", Labels: map[string]string{"app.kubernetes.io/instance": o.GetName()}, OwnerReferences: []metav1.OwnerReference{owner},
	}
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: meta, Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("5Gi")}},
	}}
	if _, err := c.Client.CoreV1().PersistentVolumeClaims(o.GetNamespace()).Create(ctx, claim, metav1.CreateOptions{}); err != nil {
		t.Error(err)
	}
	pod := &corev1.Pod{ObjectMeta: meta, Spec: corev1.PodSpec{
		SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		Containers: []corev1.Container{{Name: "postgres", Image: "registry.example.com/postgresql:18", SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		}}},
	}}
	if _, err := c.Client.CoreV1().Pods(o.GetNamespace()).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		t.Error(err)
	}
}

func says(ctx context.Context, t *testing.T, client dynamic.Interface, r schema.GroupVersionResource, o unstructured.Unstructured, what map[string]any) {
	t.Helper()
	o.Object["status"] = what
	if _, err := client.Resource(r).Namespace(o.GetNamespace()).UpdateStatus(ctx, &o, metav1.UpdateOptions{}); err != nil && ctx.Err() == nil {
		t.Errorf("%s: %v", o.GetName(), err)
	}
}

// TestKept has an operator that deletes a database with its object: taking the
// platform down leaves it and says so, the next apply takes it over with its
// password, and only a purge deletes it.
func TestKept(t *testing.T) {
	c, _ := cluster(t)
	client := databases(t, c)
	p := quickstart(t, func(s *spec.Spec) {
		s.Database.Mode, s.Spark41.Enabled = spec.CloudNativePG, false
	})
	f, err := c.Collect(t.Context()) // It has the operator's kinds, so the operator is there and not installed.
	if err != nil {
		t.Fatal(err)
	}
	if p, err = plan.Make(p.Spec, f); err != nil {
		t.Fatal(err)
	}
	clean(t, c, p)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go operate(ctx, t, c, client, p)
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	made, err := c.Client.CoreV1().Secrets(p.Namespace).Get(ctx, "postgresql-metastore", metav1.GetOptions{})
	if err != nil || made.Type != corev1.SecretTypeBasicAuth || string(made.Data[secret.UserKey]) != "metastore" || len(made.Data["password"]) < 30 {
		t.Fatalf("the role's Secret is of type %s for %q: %v", made.Type, made.Data[secret.UserKey], err)
	}
	left, _ := uninstall(t, c, p, false)
	for _, want := range []string{
		"cluster/postgresql-cluster (kept, and still running: deleting it deletes its data)",
		"pvc/postgresql-cluster-1 (5Gi of data)", "secret/postgresql-metastore (generated passwords)",
	} {
		if !slices.Contains(left, want) {
			t.Errorf("%q is not among what was left: %q", want, left)
		}
	}
	there, err := client.Resource(clusters()).Namespace(p.Namespace).Get(ctx, "postgresql-cluster", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apply(t, c, p, func(o *Options) { o.Adopt = true }); err != nil {
		t.Fatal(err)
	}
	again, err := client.Resource(clusters()).Namespace(p.Namespace).Get(ctx, "postgresql-cluster", metav1.GetOptions{})
	if err != nil || again.GetUID() != there.GetUID() {
		t.Errorf("the cluster was made anew: %v", err)
	}
	if now, err := c.Client.CoreV1().Secrets(p.Namespace).Get(ctx, "postgresql-metastore", metav1.GetOptions{}); err != nil || !bytes.Equal(now.Data["password"], made.Data["password"]) {
		t.Errorf("the password changed: %v", err)
	}
	if left, _ := uninstall(t, c, p, true); len(left) > 0 {
		t.Errorf("a purge left %v", left)
	}
}
