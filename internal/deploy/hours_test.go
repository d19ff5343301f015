package deploy

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func parsed(t *testing.T, text string) *object {
	t.Helper()
	o := &object{}
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return o
}

// What KEDA 2.21 writes into the status of a ScaledObject, from before it has looked at it.
func TestScaled(t *testing.T) {
	for name, tt := range map[string]struct {
		status string
		done   bool
		says   string
	}{
		"nobody has looked": {``, false, "scaledobject/x was not looked at by KEDA so far"},
		"being looked at":   {`status: {conditions: [{type: Ready, status: Unknown}, {type: Active, status: Unknown}]}`, false, "scaledobject/x was not looked at by KEDA so far"},
		"refused": {
			`status: {conditions: [{type: Ready, status: "False", reason: ScaledObjectCheckFailed, message: start and end can not have exactly same time input}]}`, false,
			"scaledobject/x does not work for KEDA: start and end can not have exactly same time input",
		},
		"taken": {`status: {conditions: [{type: Ready, status: "True"}, {type: Active, status: "False"}]}`, true, ""},
	} {
		o := parsed(t, "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: x}\n"+tt.status)
		done, trouble, err := settled(o)
		if err != nil || done != tt.done || !done && (trouble.String() != tt.says || !trouble.Fatal || trouble.After < time.Minute) {
			t.Errorf("%s: done %t, %q, fatal %t after %s (%v); want %t, %q", name, done, trouble, trouble.Fatal, trouble.After, err, tt.done, tt.says)
		}
	}
}

func TestRests(t *testing.T) {
	s := spec.Default().Scaling
	s.OfficeHours = true
	night, noon := time.Date(2026, 11, 26, 23, 0, 0, 0, time.UTC), time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		at        time.Time
		replicas  string
		why, late string
	}{
		"down at night": {night, "0", "deployment/x is down outside office hours, until Fri 27 Nov 08:00 (Etc/UTC)", ""},
		"down at noon":  {noon, "0", "", "deployment/x is down though office hours have begun: KEDA has not started it yet"},
		"up at noon":    {noon, "1", "", ""},
		"up at night":   {night, "1", "", ""}, // KEDA is about to take it down.
	} {
		why, late := rests(parsed(t, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: "+tt.replicas+"}\n"), s, tt.at)
		if late == nil {
			late = &Trouble{}
		}
		if why != tt.why || strings.TrimSpace(late.String()) != tt.late {
			t.Errorf("%s: %q, %q", name, why, late)
		}
	}
}

// TestScaledToZero: a workload without pods has as many as it wants, but not as many as are planned.
func TestScaledToZero(t *testing.T) {
	c, _ := cluster(t)
	p := quickstart(t, nil)
	clean(t, c, p)
	if _, err := apply(t, c, p, nil); err != nil {
		t.Fatal(err)
	}
	deployments := c.Client.AppsV1().Deployments(p.Namespace)
	if _, err := deployments.Patch(context.Background(), "hive-metastore", types.MergePatchType, []byte(`{"spec":{"replicas":0}}`), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the metastore's pod is gone", func() bool {
		pods, err := c.Client.CoreV1().Pods(p.Namespace).List(context.Background(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/instance=hive-metastore"})
		return err == nil && len(pods.Items) == 0
	})
	all, err := Status(context.Background(), Options{Plan: p, Cluster: c})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		want := s.Step != "release/hive-metastore"
		if s.Done != want || !want && (s.State != Drifted || s.Reason != "deployment/hive-metastore was scaled to 0") {
			t.Errorf("%+v", s)
		}
	}
	again, err := apply(t, c, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := again.ends()["release/hive-metastore"]; s != progress.Done {
		t.Errorf("the release without pods ended as %s", s)
	}
	settledAs(t, c, p)
}
