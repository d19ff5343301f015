package deploy

import (
	"context"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestRetire: what the answers have no longer is announced, shown by a diff, taken down after the rest is as planned, and
// keeps its volumes. A second run has nothing to do.
func TestRetire(t *testing.T) {
	c, _ := cluster(t)
	with := quickstart(t, func(s *spec.Spec) { s.Jupyter.Enabled, s.Spark35.Enabled = true, true })
	without := quickstart(t, nil)
	clean(t, c, with)
	if _, err := apply(t, c, with, nil); err != nil {
		t.Fatal(err)
	}
	changes, err := Diff(context.Background(), Options{Plan: without, Cluster: c})
	if err != nil {
		t.Fatal(err)
	}
	var removed []string
	for _, change := range changes {
		if change.Action == Remove {
			removed = append(removed, change.Step)
		}
	}
	slices.Sort(removed)
	if want := []string{"release/jupyter", "release/spark-35"}; !slices.Equal(removed, want) {
		t.Errorf("the diff removes %v, want %v", removed, want)
	}
	said, err := apply(t, c, without, nil)
	if err != nil {
		t.Fatal(err)
	}
	ended := map[string]int{}
	for i, e := range said.events {
		if e.State.Ended() {
			ended[e.Step] = i
		}
	}
	for _, gone := range []string{"release/jupyter", "release/spark-35"} {
		if ended[gone] < ended["release/spark-41"] || said.events[ended[gone]].State != progress.Done {
			t.Errorf("%s was not removed after the rest", gone)
		}
	}
	deployments, err := c.Client.AppsV1().Deployments(without.Namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range deployments.Items {
		if d.Name == "spark-35-connect" {
			t.Error("the older line is still there")
		}
	}
	if _, err := c.Client.CoreV1().PersistentVolumeClaims(without.Namespace).Get(t.Context(), "home-jupyter-0", metav1.GetOptions{}); err != nil {
		t.Errorf("the notebooks' volume went with its release: %v", err)
	}
	again, err := apply(t, c, without, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range again.events {
		if e.State == progress.Done && e.Step != checks {
			t.Errorf("%s was done again", e.Step)
		}
	}
}
