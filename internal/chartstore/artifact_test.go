package chartstore_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	helmregistry "helm.sh/helm/v3/pkg/registry"

	"github.com/sparkwiz/sparkwiz/internal/chartstore"
)

// TestHelm: Helm's own client reads what is written here, and the other way
// round.
func TestHelm(t *testing.T) {
	u := startUpstream(t)
	archive := packed(t, "widgets")
	u.push(t, "widgets", archive)
	client, err := helmregistry.NewClient(helmregistry.ClientOptPlainHTTP(), helmregistry.ClientOptWriter(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(u.registry, "oci://")
	pulled, err := client.Pull(host+"/widgets:"+version, helmregistry.PullOptWithChart(true))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pulled.Chart.Data, archive) || pulled.Chart.Meta.Name != "widgets" || pulled.Chart.Meta.AppVersion != "4.5" {
		t.Errorf("Helm pulled %+v", pulled.Chart.Meta)
	}
	loaded, err := loader.LoadArchive(bytes.NewReader(archive))
	if err != nil || loaded.Validate() != nil || len(loaded.CRDObjects()) != 1 {
		t.Errorf("Helm loaded %v: %v", loaded, err)
	}
	other := packed(t, "dice")
	if _, err := client.Push(other, host+"/dice:"+version); err != nil {
		t.Fatal(err)
	}
	s := &chartstore.Store{}
	got, err := s.Ensure(t.Context(), chartstore.Chart{Name: "dice", Version: version, OCI: u.registry + "/dice"})
	if err != nil || !bytes.Equal(got.Data, other) {
		t.Errorf("what Helm has pushed: %v", err)
	}
}

// TestPack: the same files give the same bytes, in whatever order.
func TestPack(t *testing.T) {
	files := []chartstore.File{{Path: "templates/a.yaml", Data: []byte("a: 1\n")}, {Path: "Chart.yaml", Data: []byte("name: x\nversion: 1.0.0+build\n")}, {Path: "charts/y/Chart.yaml", Data: []byte("name: y\n")}}
	one, err := chartstore.Pack("x", files)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(files)
	two, err := chartstore.Pack("x", files)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("other bytes: %v", err)
	}
	image, err := chartstore.Wrap(one)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := image.Manifest()
	if err != nil || manifest.Annotations["org.opencontainers.image.title"] != "x" || manifest.Annotations["org.opencontainers.image.version"] != "1.0.0+build" {
		t.Errorf("annotations %v: %v", manifest.Annotations, err)
	}
	if got := chartstore.Place("x", "1.0.0+build"); got != "charts/x:1.0.0_build" {
		t.Errorf("place %s", got)
	}
	if _, err := chartstore.Wrap([]byte("no archive")); err == nil {
		t.Error("wrapped what is no archive")
	}
	if bare, err := chartstore.Pack("x", files[:1]); err != nil {
		t.Fatal(err)
	} else if _, err := chartstore.Wrap(bare); err == nil || !strings.Contains(err.Error(), "no Chart.yaml") {
		t.Errorf("a chart without a Chart.yaml: %v", err)
	}
}
