package cli

import (
	"slices"
	"testing"

	sources "github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func TestNeededBy(t *testing.T) {
	manifests := []manifest{
		{"a", "image: registry.example.com/mirror/sparkwiz/spark:4.1.3-rapids\n"},
		{"b", "image: docker.io/sparkwiz/spark:4.1.3\nother: x"},
		{"c", "spark.kubernetes.container.image=docker.io/sparkwiz/spark:4.1.3"},
		{"d", "image: docker.io/somebody/else:4.1.3"},
	}
	for reference, want := range map[string][]string{
		"docker.io/sparkwiz/spark:4.1.3":        {"b", "c"},
		"docker.io/sparkwiz/spark:4.1.3-rapids": {"a"},
		"docker.io/sparkwiz/spark:4.1":          {},
	} {
		if got := neededBy(sources.Image{Reference: reference}, manifests); !slices.Equal(got, want) {
			t.Errorf("%s: needed by %v, want %v", reference, got, want)
		}
	}
}

// TestNeededImages: a quick start builds and loads what its answers need and no more.
func TestNeededImages(t *testing.T) {
	s := spec.Default()
	before, err := neededImages(s)
	if err != nil || !slices.Contains(before, "spark-4.1") || slices.Contains(before, "spark-3.5") {
		t.Errorf("by default: %v, %v", before, err)
	}
	q, ok := question.Find("spark-35.enabled")
	if !ok {
		t.Fatal("no question spark-35.enabled")
	}
	*q.Field(&s).(*bool) = true
	if after, err := neededImages(s); err != nil || !slices.Contains(after, "spark-3.5") {
		t.Errorf("with Spark 3.5: %v, %v", after, err)
	}
	// Charts of others name none of our images, and are not here before somebody fetches them.
	s.Scaling.OfficeHours = true
	if _, err := neededImages(s); err != nil {
		t.Errorf("with KEDA: %v", err)
	}
}
