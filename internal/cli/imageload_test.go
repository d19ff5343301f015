package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// nodes serves an API whose only node has these images.
func nodes(t *testing.T, names ...string) *kube.Cluster {
	t.Helper()
	node := corev1.Node{Status: corev1.NodeStatus{Images: []corev1.ContainerImage{{Names: names}}}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/nodes" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(corev1.NodeList{Items: []corev1.Node{node}})
	}))
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	config := `apiVersion: v1
kind: Config
current-context: kind-dev
contexts: [{name: kind-dev, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "` + server.URL + `"}}]
`
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := kube.Open(path, "kind-dev")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLoadImages: what every node has is not loaded again, what one lacks is
// looked for in the cache, and without the answer nothing happens at all.
func TestLoadImages(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	s := spec.Default()
	s.Cluster.Context = "kind-dev"
	names, err := neededImages(s)
	if err != nil {
		t.Fatal(err)
	}
	all, err := images.All()
	if err != nil {
		t.Fatal(err)
	}
	var references []string
	for _, image := range all {
		if slices.Contains(names, image.Name) {
			references = append(references, image.Reference)
		}
	}
	var seen []progress.Event
	observe := func(e progress.Event) { seen = append(seen, e) }
	if err := loadImages(t.Context(), s, nodes(t), observe); err != nil || len(seen) > 0 {
		t.Errorf("without the answer: %v, %v", seen, err)
	}
	s.Images.Load = true
	if err := loadImages(t.Context(), s, nodes(t, references...), observe); err != nil || len(seen) != 1 || seen[0].State != progress.Same {
		t.Errorf("with all images on the node: %v, %v", seen, err)
	}
	err = loadImages(t.Context(), s, nodes(t, references[1:]...), observe)
	if err == nil || !strings.Contains(err.Error(), names[0]) || strings.Contains(err.Error(), names[1]) {
		t.Errorf("with one image missing, of which there is no archive: %v", err)
	}
}
