package secrets_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// runner runs sparkwiz on one platform, and takes the platform down in the end.
func (w *world) runner(namespace, more string) func(...string) string {
	w.t.Helper()
	file := filepath.Join(w.home, namespace+".yaml")
	text := fmt.Sprintf("cluster: {context: %s}\nname: %[2]s\nnamespace: %[2]s\nenvironment: dev\ngpu: {enabled: false}\niceberg: {enabled: true}\n"+
		"observability: {mode: \"off\"}\ndr: {enabled: false}\n%[3]s", from(w.t, "SPARKWIZ_TEST_CONTEXT"), namespace, more)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_, _ = w.sparkwiz("", "uninstall", "--purge", "--yes", "-f", file)
		_ = w.client.CoreV1().Namespaces().Delete(context.Background(), namespace, metav1.DeleteOptions{})
	})
	return func(args ...string) string {
		w.t.Helper()
		out, err := w.sparkwiz("", append(args, "-f", file)...)
		if err != nil {
			w.t.Fatalf("sparkwiz %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
}

// TestRotateGenerated: a database's password gets a new value, the Job that
// sets it runs once more, and its client starts again after that.
func TestRotateGenerated(t *testing.T) {
	w := open(t)
	run := w.runner("rotated", "secrets: {provider: generated}\nstorage: {mode: in-cluster}\n")
	run("apply", "--yes")
	look := func() (password, job, metastore string) {
		t.Helper()
		s, err := w.client.CoreV1().Secrets("rotated").Get(t.Context(), "postgresql-credentials", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		jobs, err := w.client.BatchV1().Jobs("rotated").List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=postgresql-databases"})
		if err != nil || len(jobs.Items) != 1 || jobs.Items[0].Status.Succeeded != 1 {
			t.Fatalf("the Job of the databases: %v %v", jobs.Items, err)
		}
		d, err := w.client.AppsV1().Deployments("rotated").Get(t.Context(), "hive-metastore", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return string(s.Data["metastore-password"]), string(jobs.Items[0].UID), d.Spec.Template.Annotations["sparkwiz.dev/restarted-at"]
	}
	password, job, metastore := look()
	out := run("secrets", "rotate", "postgresql-credentials/metastore-password", "--yes")
	again, rerun, restarted := look()
	if again == password || rerun == job || restarted == metastore {
		t.Errorf("another password %t, the Job ran again %t, the metastore started again %t", again != password, rerun != job, restarted != metastore)
	}
	if at, then := strings.Index(out, "job/postgresql-databases"), strings.LastIndex(out, "deployment/hive-metastore"); at < 0 || then < at {
		t.Errorf("the order is another:\n%s", out)
	}
	for _, value := range []string{password, again} {
		if strings.Contains(w.out.String(), value) || strings.Contains(strings.Join(w.ran, " "), value) {
			t.Error("a password was seen")
		}
	}
	// What a rotation has changed is no difference to the plan.
	before := w.releases(t, "rotated")
	run("apply", "--yes")
	if after := w.releases(t, "rotated"); after != before {
		t.Errorf("an apply after the rotation wrote releases: %s, then %s", before, after)
	}
}

// operator stands in for External Secrets, which cannot be built here: it
// fills Secrets from what the test says is in the store, in the operator's own
// manner of writing conditions. What is proved with it is our side only.
func (w *world) operator(namespace string, store func(entry, property string) string) {
	at := func(resource string) schema.GroupVersionResource {
		return schema.GroupVersionResource{Group: "external-secrets.io", Version: "v1", Resource: resource}
	}
	ctx, stop := context.WithCancel(context.Background())
	w.t.Cleanup(stop)
	say := func(resource string, o *unstructured.Unstructured, ready, message string) {
		status := map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": ready, "reason": "Test", "message": message}}}
		if resource == "externalsecrets" {
			status["refreshTime"] = time.Now().UTC().Format(time.RFC3339)
		}
		o.Object["status"] = status
		_, _ = w.dynamic.Resource(at(resource)).Namespace(namespace).UpdateStatus(ctx, o, metav1.UpdateOptions{})
	}
	asked := map[string]string{} // What was filled is filled again when it is asked for, by an annotation, as refreshInterval is an hour.
	round := func() {
		stores, err := w.dynamic.Resource(at("secretstores")).Namespace(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return
		}
		for _, o := range stores.Items {
			say("secretstores", &o, "True", "store validated")
		}
		all, err := w.dynamic.Resource(at("externalsecrets")).Namespace(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return
		}
		for _, o := range all.Items {
			forced := "sync " + o.GetAnnotations()["force-sync"]
			if asked[o.GetName()] == forced {
				continue
			}
			keys, _, _ := unstructured.NestedSlice(o.Object, "spec", "data")
			values, missing := map[string][]byte{}, ""
			for _, k := range keys {
				k, _ := k.(map[string]any)
				remote, _ := k["remoteRef"].(map[string]any)
				value := store(fmt.Sprint(remote["key"]), fmt.Sprint(remote["property"]))
				if value == "" {
					missing = fmt.Sprint(remote["key"])
				}
				values[fmt.Sprint(k["secretKey"])] = []byte(value)
			}
			if missing != "" {
				say("externalsecrets", &o, "False", "could not get secret data from provider")
				continue
			}
			secrets := w.client.CoreV1().Secrets(namespace)
			if s, err := secrets.Get(ctx, o.GetName(), metav1.GetOptions{}); err == nil {
				s.Data = values
				_, _ = secrets.Update(ctx, s, metav1.UpdateOptions{})
			} else {
				owner := metav1.OwnerReference{APIVersion: o.GetAPIVersion(), Kind: o.GetKind(), Name: o.GetName(), UID: o.GetUID()}
				_, _ = secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: o.GetName(), OwnerReferences: []metav1.OwnerReference{owner}}, Data: values}, metav1.CreateOptions{})
			}
			say("externalsecrets", &o, "True", "secret synced")
			asked[o.GetName()] = forced
		}
	}
	go func() {
		for ctx.Err() == nil {
			round()
			time.Sleep(time.Second)
		}
	}()
}

// TestExternalSecrets: an apply waits for what External Secrets fills, says
// why when it does not, and a rotation brings what the store has then.
func TestExternalSecrets(t *testing.T) {
	w := open(t)
	w.definitions()
	run := w.runner("external", "secrets: {provider: aws, install: false, identity: \"arn:aws:iam::111122223333:role/spark-secrets\"}\n"+
		"storage: {mode: external, bucket: lake, endpoint: \"http://store.example.com:9000\", pathStyle: true, secret: s3-keys}\n")
	if check := run("secrets", "check"); !strings.Contains(check, "✓ api") || !strings.Contains(check, "… store") || !strings.Contains(check, "… identity") {
		t.Errorf("before an apply:\n%s", check)
	}
	version := "1"
	w.operator("external", func(entry, property string) string { return "canary-" + entry + "-" + property + "-" + version })
	run("apply", "--yes")
	if check := run("secrets", "check"); !strings.Contains(check, "✓ store") || !strings.Contains(check, "✓ identity") {
		t.Errorf("after an apply:\n%s", check)
	}
	s, err := w.client.CoreV1().Secrets("external").Get(t.Context(), "s3-keys", metav1.GetOptions{})
	if err != nil || string(s.Data["secret-key"]) != "canary-spark/dev/s3-keys-secret-key-1" {
		t.Errorf("the Secret is not from its entry (%v)", err)
	}
	version = "2"
	run("secrets", "rotate", "s3-keys/secret-key", "--yes")
	d, err := w.client.AppsV1().Deployments("external").Get(t.Context(), "spark-41-connect", metav1.GetOptions{})
	if err != nil || d.Spec.Template.Annotations["sparkwiz.dev/restarted-at"] == "" {
		t.Errorf("the Connect server did not start again (%v)", err)
	}
	if strings.Contains(w.out.String()+strings.Join(w.ran, " "), "canary-") {
		t.Error("a value was seen")
	}
}
