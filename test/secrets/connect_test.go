package secrets_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// server is the pod of the Connect server that is there to stay.
func (p *platform) server(t *testing.T) *corev1.Pod {
	t.Helper()
	var found *corev1.Pod
	p.w.until("a Connect server runs", func() error {
		pods, err := p.w.client.CoreV1().Pods(p.namespace).List(context.Background(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=spark-connect"})
		if err != nil {
			return err
		}
		for _, pod := range pods.Items {
			if pod.DeletionTimestamp == nil && pod.Status.Phase == corev1.PodRunning {
				found = &pod
				return nil
			}
		}
		return fmt.Errorf("%d pods, none of them runs", len(pods.Items))
	})
	return found
}

// inside runs a shell in the container of the Connect server, with a line on
// its stdin.
func (p *platform) inside(t *testing.T, stdin, script string) (string, error) {
	t.Helper()
	return p.w.command(stdin, from(t, "SPARKWIZ_TEST_KUBE"), "kubectl", "--kubeconfig", p.w.kubeconfig, "-n", p.namespace,
		"exec", "-i", p.server(t).Name, "-c", "spark-connect", "--", "sh", "-c", script)
}

// runs wants the value in the environment of the container that runs, without
// its being shown, and a query with it answered.
func (p *platform) runs(t *testing.T, canary string) {
	t.Helper()
	sum := sha256.Sum256([]byte("canary" + strings.ReplaceAll(canary, "-", "")))
	out, err := p.inside(t, "", `printf %s "$SPARK_CONNECT_AUTHENTICATE_TOKEN" | sha256sum`)
	if err != nil || !strings.HasPrefix(out, hex.EncodeToString(sum[:])) {
		t.Fatalf("the running container has another token than %s: %v %s", canary, err, out)
	}
	if out, err := p.query(t, canary); err != nil || !strings.Contains(out, "the answer is 42") {
		t.Fatalf("a query with %s: %v\n%s", canary, err, out)
	}
	t.Logf("%s is in the container that runs, and a query with it is answered", canary)
}

// query shows a token to the Connect server. It needs no executor. Spark's
// client would take the token of the environment, which is the server's own.
func (p *platform) query(t *testing.T, canary string) (string, error) {
	t.Helper()
	return p.inside(t, "canary"+strings.ReplaceAll(canary, "-", "")+"\n", `read -r token
unset SPARK_CONNECT_AUTHENTICATE_TOKEN
SPARK_REMOTE="sc://localhost:15002/;authorization=Bearer%20$token" exec python3 -c '
from pyspark.sql import SparkSession
row = SparkSession.builder.getOrCreate().sql("SELECT 40 + 2 AS answer").collect()[0]
print("the answer is", row.answer)'`)
}
